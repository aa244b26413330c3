namespace Conet.Routing.Chain;

/// <summary>
/// Trie nodes that several proofs share, each once, in the order in which the proofs first need them: a set
/// of proofs has one encoding. Found by their hashes; one that comes out of order is not found. One thread.
/// </summary>
public sealed class MerkleNodes
{
    private readonly IReadOnlyList<byte[]> _nodes;
    private readonly Dictionary<Bytes32, int> _byHash;
    private int _used;

    private MerkleNodes(IReadOnlyList<byte[]> nodes, Dictionary<Bytes32, int> byHash)
    {
        _nodes = nodes;
        _byHash = byHash;
    }

    /// <summary>Nodes in all.</summary>
    public int Count => _nodes.Count;

    /// <summary>Whether every node was needed.</summary>
    public bool AreAllUsed => _used == _nodes.Count;

    /// <summary>
    /// Takes nodes. False if one stands twice, or is longer than <see cref="ChainLimits.ProofNodeBytesMax"/>.
    /// </summary>
    /// <param name="nodes">As their hashes are taken; not copied.</param>
    /// <param name="set">The nodes, or null.</param>
    public static bool TryCreate(IReadOnlyList<byte[]> nodes, out MerkleNodes? set)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        set = null;
        Dictionary<Bytes32, int> byHash = new(nodes.Count);
        for (int i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Length > ChainLimits.ProofNodeBytesMax
                || !byHash.TryAdd(MerklePatricia.Hash(nodes[i]), i))
                return false;
        }

        set = new MerkleNodes(nodes, byHash);
        return true;
    }

    internal MerkleError Take(scoped in Bytes32 hash, out ReadOnlySpan<byte> node)
    {
        node = default;
        if (!_byHash.TryGetValue(hash, out int index) || index > _used)
            return MerkleError.MissingNode;
        if (index == _used)
            _used++;
        node = _nodes[index];
        return MerkleError.None;
    }
}
