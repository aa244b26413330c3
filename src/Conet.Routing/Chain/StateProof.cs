using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>An account as the state trie holds it.</summary>
/// <param name="Nonce">Transactions sent, or contracts created.</param>
/// <param name="Balance">Wei.</param>
/// <param name="StorageRoot">Root of the storage trie.</param>
/// <param name="CodeHash">Keccak-256 of the code.</param>
public readonly record struct AccountState(
    ulong Nonce, UInt256 Balance, Bytes32 StorageRoot, Bytes32 CodeHash);

/// <summary>
/// Verifies EIP-1186 proofs against a state root. Every value the provider claims beside the proof must be
/// the one that the proof shows.
/// </summary>
public static class StateProof
{
    /// <summary>Keccak-256 of nothing: the code hash of an account without code.</summary>
    public static readonly Bytes32 EmptyCodeHash = MerklePatricia.Hash([]);

    /// <summary>
    /// Verifies the account and every storage slot in <paramref name="proof"/>. <paramref name="account"/> is
    /// null when the proof shows that the account does not exist.
    /// </summary>
    public static bool TryVerify(
        in Bytes32 stateRoot, AccountProof proof, out AccountState? account, out MerkleError error)
    {
        ArgumentNullException.ThrowIfNull(proof);
        account = null;
        if (!TryVerifyAccount(
            stateRoot, proof.Address, proof.AccountNodes, out AccountState? proven, out error))
            return false;
        AccountState expected = proven ?? new AccountState(
            0, default, MerklePatricia.EmptyRoot, EmptyCodeHash);
        error = MerkleError.BadValue;
        bool isAbsentOrSame = expected.Nonce == proof.Nonce && expected.Balance == proof.Balance
            && Same(expected.StorageRoot, proof.StorageHash, proven is null)
            && Same(expected.CodeHash, proof.CodeHash, proven is null);
        if (!isAbsentOrSame) return false;
        foreach (StorageProof storage in proof.Storage)
        {
            if (!TryVerifySlot(
                expected.StorageRoot, storage.Slot, storage.Nodes, out UInt256 word, out error))
                return false;
            error = MerkleError.BadValue;
            if (word != storage.Value) return false;
        }
        account = proven;
        error = MerkleError.None;
        return true;
    }

    /// <summary>
    /// Verifies an account proof; <paramref name="account"/> is null when absence is proven.
    /// </summary>
    public static bool TryVerifyAccount(
        in Bytes32 stateRoot, in Address address, IReadOnlyList<byte[]> nodes,
        out AccountState? account, out MerkleError error)
    {
        account = null;
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        if (!TryVerifyHashed(stateRoot, bytes, nodes, out byte[]? value, out error)) return false;
        if (value is null) return true;
        RlpReader outer = new(value);
        Span<byte> storage = stackalloc byte[Bytes32.Size];
        Span<byte> code = stackalloc byte[Bytes32.Size];
        if (!outer.TryReadList(out RlpReader fields) || !outer.TryFinish()
            || !fields.TryReadUInt64(out ulong nonce) || !fields.TryReadUInt256(out UInt256 balance)
            || !fields.TryReadFixed(storage) || !fields.TryReadFixed(code) || !fields.TryFinish())
        {
            error = MerkleError.BadValue;
            return false;
        }
        account = new AccountState(nonce, balance, new Bytes32(storage), new Bytes32(code));
        return true;
    }

    /// <summary>Verifies one storage slot; the word is zero when absence is proven.</summary>
    public static bool TryVerifySlot(
        in Bytes32 storageRoot, in Bytes32 slot, IReadOnlyList<byte[]> nodes, out UInt256 word,
        out MerkleError error)
    {
        word = default;
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        slot.CopyTo(bytes);
        if (!TryVerifyHashed(storageRoot, bytes, nodes, out byte[]? value, out error)) return false;
        if (value is null) return true;
        RlpReader reader = new(value);
        // anvil keeps a leaf of zero for a slot that was cleared; it proves the same as no leaf does.
        if (reader.TryReadUInt256(out word) && reader.TryFinish()) return true;
        word = default;
        error = MerkleError.BadValue;
        return false;
    }

    private static bool TryVerifyHashed(
        in Bytes32 root, ReadOnlySpan<byte> preimage, IReadOnlyList<byte[]> nodes,
        out byte[]? value, out MerkleError error)
    {
        Span<byte> key = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(preimage, key);
        return MerklePatricia.TryVerify(root, key, nodes, out value, out error);
    }

    // For an account that does not exist providers write either the empty values or zero.
    private static bool Same(in Bytes32 proven, in Bytes32 claimed, bool isAbsent) =>
        proven == claimed || (isAbsent && claimed.IsZero);
}
