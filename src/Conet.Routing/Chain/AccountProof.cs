using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// An answer of eth_getProof (EIP-1186), parsed and not yet verified: see <see cref="StateProof"/>.
/// </summary>
/// <param name="Address">Account.</param>
/// <param name="AccountNodes">Nodes of the account proof, from the root down.</param>
/// <param name="Balance">Claimed balance in wei.</param>
/// <param name="Nonce">Claimed nonce.</param>
/// <param name="CodeHash">Claimed hash of the code.</param>
/// <param name="StorageHash">Claimed root of the storage trie.</param>
/// <param name="Storage">One proof for each slot asked for, in the order asked.</param>
public sealed record AccountProof(
    Address Address,
    byte[][] AccountNodes,
    UInt256 Balance,
    ulong Nonce,
    Bytes32 CodeHash,
    Bytes32 StorageHash,
    StorageProof[] Storage);

/// <summary>The part of an EIP-1186 proof for one storage slot.</summary>
/// <param name="Slot">Storage slot.</param>
/// <param name="Value">Claimed word.</param>
/// <param name="Nodes">Nodes of the proof, from the storage root down.</param>
public sealed record StorageProof(Bytes32 Slot, UInt256 Value, byte[][] Nodes);
