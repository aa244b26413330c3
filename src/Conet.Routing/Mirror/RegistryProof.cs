using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// Reads how far a registry's events go from a proof of its storage (EIP-1186). Source: docs/SPEC.md,
/// section 11.5.
/// </summary>
internal static class RegistryProof
{
    /// <summary>Storage slots of a registry's rolling hash and of its event count, to ask for.</summary>
    public static IReadOnlyList<Bytes32> Slots { get; } =
        [((UInt256)0UL).ToBytes32(), ((UInt256)1UL).ToBytes32()];

    /// <summary>
    /// False unless the proof shows, under that state root, a contract and both of its words.
    /// </summary>
    public static bool TryRead(in Bytes32 stateRoot, AccountProof proof, out RegistryPosition position)
    {
        position = default;
        bool isAsked = proof.Storage.Select(storage => storage.Slot).SequenceEqual(Slots);
        if (!isAsked || !StateProof.TryVerify(stateRoot, proof, out AccountState? account, out _))
            return false;
        bool isContract = account is { } state && state.CodeHash != StateProof.EmptyCodeHash;
        if (!isContract || !proof.Storage[1].Value.TryToUInt64(out ulong count))
            return false;
        position = new RegistryPosition(count, proof.Storage[0].Value.ToBytes32());
        return true;
    }
}
