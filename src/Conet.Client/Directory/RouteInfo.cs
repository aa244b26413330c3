using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>What a client needs to know to write to a wallet. Immutable.</summary>
/// <param name="Wallet">The wallet.</param>
/// <param name="Prekey">32 bytes, X25519 public key.</param>
/// <param name="Suite">Suite of the prekey.</param>
/// <param name="Epoch">Epoch of the prekey.</param>
/// <param name="ExpiresUnixSeconds">When the route ends, by block time.</param>
/// <param name="Homes">One to three homes, in the wallet's order.</param>
/// <param name="IsSigned">
/// True if the wallet's own signature over the record was checked. A client never
/// seals to a prekey without it.
/// </param>
public sealed record RouteInfo(
    Address Wallet,
    ReadOnlyMemory<byte> Prekey,
    byte Suite,
    uint Epoch,
    ulong ExpiresUnixSeconds,
    IReadOnlyList<NodeId> Homes,
    bool IsSigned);
