namespace Conet.Routing.Chain;

/// <summary>
/// Leaves that one thread has found with one first byte of the key; its memory serves one pass after the
/// other. Default is empty.
/// </summary>
internal struct LeafBucket
{
    private StorageLeaf[]? _leaves;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="capacity">Leaves to make room for with the first one.</param>
    public void Add(in StorageLeaf leaf, int capacity)
    {
        _leaves ??= new StorageLeaf[capacity];
        if (Count == _leaves.Length)
            Array.Resize(ref _leaves, Count + Math.Max(Count / 4, ChainLimits.TrieBucketSpare));
        _leaves[Count++] = leaf;
    }

    /// <summary>Copies them and is empty then; gives how many they were.</summary>
    public int MoveTo(Span<StorageLeaf> leaves)
    {
        int count = Count;
        _leaves.AsSpan(0, count).CopyTo(leaves);
        Count = 0;
        return count;
    }
}
