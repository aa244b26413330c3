using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Verifies proofs of Ethereum's hexary Merkle-Patricia trie (yellow paper, appendix D). Strict:
/// every node must be canonical RLP, be named by its parent and be used; a proof of absence is as
/// strict as one of presence.
/// </summary>
public static class MerklePatricia
{
    private const int BranchItems = 17, BranchWidth = 16;

    /// <summary>Root of the empty trie: Keccak-256 of the empty RLP string.</summary>
    public static readonly Bytes32 EmptyRoot = Hash([0x80]);

    /// <summary>
    /// Checks a proof that <paramref name="key"/> maps to a value, or to nothing, under a root.
    /// </summary>
    /// <param name="root">Root hash of the trie.</param>
    /// <param name="key">
    /// Key as the trie uses it: for state and storage tries the Keccak-256 of address or slot.
    /// </param>
    /// <param name="nodes">Nodes from the root down, without those embedded in their parents.</param>
    /// <param name="value">The value proven; null when absence is proven.</param>
    /// <param name="error">Why it failed.</param>
    /// <returns>True when the proof holds, for presence or absence.</returns>
    public static bool TryVerify(
        in Bytes32 root, ReadOnlySpan<byte> key, IReadOnlyList<byte[]> nodes, out byte[]? value,
        out MerkleError error)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        value = null;
        if (nodes.Count > ChainLimits.ProofNodesMax)
        {
            error = MerkleError.TooLarge;
            return false;
        }
        if (root == EmptyRoot && IsEmptyTrie(nodes))
        {
            error = MerkleError.None;
            return true;
        }
        Walker walker = new(key.ToArray(), nodes, null);
        error = walker.Run(root, out value);
        if (error == MerkleError.None && walker.NodesUsed != nodes.Count) error = MerkleError.UnusedNode;
        if (error != MerkleError.None) value = null;
        return error == MerkleError.None;
    }

    /// <summary>
    /// As above, with nodes that several proofs share. That none is left over is for the caller to ask of
    /// them at the end.
    /// </summary>
    /// <param name="root">Root hash of the trie.</param>
    /// <param name="key">Key as the trie uses it.</param>
    /// <param name="nodes">Nodes of this and other proofs.</param>
    /// <param name="value">The value proven; null when absence is proven.</param>
    /// <param name="error">Why it failed.</param>
    public static bool TryVerify(
        in Bytes32 root, ReadOnlySpan<byte> key, MerkleNodes nodes, out byte[]? value, out MerkleError error)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        value = null;
        error = MerkleError.None;
        if (root == EmptyRoot)
            return true;
        error = new Walker(key.ToArray(), [], nodes).Run(root, out value);
        if (error != MerkleError.None) value = null;
        return error == MerkleError.None;
    }

    private static bool IsEmptyTrie(IReadOnlyList<byte[]> nodes) =>
        nodes.Count == 0 || (nodes.Count == 1 && nodes[0] is [0x80]);

    internal static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(data, hash);
        return new Bytes32(hash);
    }

    // With shared nodes, `nodes` is empty.
    private struct Walker(byte[] key, IReadOnlyList<byte[]> nodes, MerkleNodes? shared)
    {
        private readonly byte[] _key = key;
        private int _nibble;

        public int NodesUsed { get; private set; }

        private readonly int NibblesLeft => 2 * _key.Length - _nibble;

        // Each turn consumes a node of the proof or a nibble of the key, and both are bounded.
        public MerkleError Run(in Bytes32 root, out byte[]? value)
        {
            value = null;
            MerkleError error = TakeNode(root, out ReadOnlySpan<byte> node);
            while (error == MerkleError.None)
            {
                error = Step(node, out ReadOnlySpan<byte> child, out value);
                if (error != MerkleError.None || child.IsEmpty) return error;
                error = Follow(child, out node);
            }
            return error;
        }

        private MerkleError Step(ReadOnlySpan<byte> node, out ReadOnlySpan<byte> child, out byte[]? value)
        {
            child = default;
            value = null;
            if (!RlpReader.TryValidate(node, out _)) return MerkleError.BadRlp;
            RlpReader outer = new(node);
            if (!outer.TryReadList(out RlpReader items)) return MerkleError.BadNode;
            int count = 0;
            RlpReader counter = items;
            while (!counter.IsAtEnd && count <= BranchItems && counter.TryReadRaw(out _)) count++;
            return count switch
            {
                2 => StepShort(items, out child, out value),
                BranchItems => StepBranch(items, out child, out value),
                _ => MerkleError.BadNode,
            };
        }

        private MerkleError StepBranch(RlpReader items, out ReadOnlySpan<byte> child, out byte[]? value)
        {
            child = default;
            value = null;
            int wanted = NibblesLeft == 0 ? BranchWidth : Nibble(_key, _nibble);
            ReadOnlySpan<byte> taken = default;
            for (int i = 0; i < BranchWidth; i++)
            {
                if (!items.TryReadRaw(out ReadOnlySpan<byte> item) || !IsReference(item, mayBeEmpty: true))
                    return MerkleError.BadNode;
                if (i == wanted) taken = item;
            }
            if (!items.TryReadBytes(out ReadOnlySpan<byte> here)) return MerkleError.BadNode;
            if (wanted == BranchWidth)
            {
                value = here.IsEmpty ? null : here.ToArray();
                return MerkleError.None;
            }
            _nibble++;
            if (taken.Length > 1) child = taken;
            return MerkleError.None;
        }

        private MerkleError StepShort(RlpReader items, out ReadOnlySpan<byte> child, out byte[]? value)
        {
            child = default;
            value = null;
            if (!items.TryReadBytes(out ReadOnlySpan<byte> path) || path.IsEmpty) return MerkleError.BadNode;
            int flag = path[0] >> 4;
            bool isOdd = (flag & 1) != 0;
            if (flag > 3 || (!isOdd && (path[0] & 0x0f) != 0)) return MerkleError.BadNode;
            int start = isOdd ? 1 : 2;
            int length = 2 * path.Length - start;
            bool isLeaf = flag >= 2;
            bool matches = length <= NibblesLeft;
            for (int i = 0; matches && i < length; i++)
                matches = Nibble(path, start + i) == Nibble(_key, _nibble + i);
            if (isLeaf)
            {
                if (!items.TryReadBytes(out ReadOnlySpan<byte> leaf) || leaf.IsEmpty)
                    return MerkleError.BadNode;
                if (matches && length == NibblesLeft) value = leaf.ToArray();
                return MerkleError.None;
            }
            if (length == 0 || !items.TryReadRaw(out ReadOnlySpan<byte> next)
                || !IsReference(next, mayBeEmpty: false))
                return MerkleError.BadNode;
            if (!matches) return MerkleError.None;
            _nibble += length;
            child = next;
            return MerkleError.None;
        }

        private MerkleError Follow(ReadOnlySpan<byte> reference, out ReadOnlySpan<byte> node)
        {
            node = reference;
            RlpReader reader = new(reference);
            if (reader.IsListNext) return MerkleError.None;
            return reader.TryReadBytes(out ReadOnlySpan<byte> hash) && hash.Length == Bytes32.Size
                ? TakeNode(new Bytes32(hash), out node)
                : MerkleError.BadNode;
        }

        private MerkleError TakeNode(scoped in Bytes32 hash, out ReadOnlySpan<byte> node)
        {
            node = default;
            if (shared is not null) return shared.Take(hash, out node);
            if (NodesUsed >= nodes.Count) return MerkleError.MissingNode;
            byte[]? next = nodes[NodesUsed];
            if (next is null || next.Length > ChainLimits.ProofNodeBytesMax) return MerkleError.TooLarge;
            if (Hash(next) != hash) return MerkleError.HashMismatch;
            NodesUsed++;
            node = next;
            return MerkleError.None;
        }

        // A child is a 32-byte hash, or the node itself when that is shorter than a hash.
        private static bool IsReference(ReadOnlySpan<byte> item, bool mayBeEmpty)
        {
            if (item is [0x80]) return mayBeEmpty;
            bool isList = item[0] >= 0xc0;
            return isList ? item.Length < Bytes32.Size : item.Length == 1 + Bytes32.Size;
        }

        private static int Nibble(ReadOnlySpan<byte> bytes, int index) =>
            (index & 1) == 0 ? bytes[index >> 1] >> 4 : bytes[index >> 1] & 0x0f;
    }
}
