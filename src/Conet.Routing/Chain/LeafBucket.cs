namespace Conet.Routing.Chain;

/// <summary>Leaves that one thread has found with one first byte of the key. Default is empty.</summary>
internal struct LeafBucket
{
    private StorageLeaf[]? _leaves;
    private int _count;

    /// <summary>Adds a leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="capacity">Leaves to make room for with the first one.</param>
    public void Add(in StorageLeaf leaf, int capacity)
    {
        _leaves ??= new StorageLeaf[capacity];
        if (_count == _leaves.Length)
            Array.Resize(ref _leaves, _count + Math.Max(_count / 4, ChainLimits.TrieBucketSpare));
        _leaves[_count++] = leaf;
    }

    /// <summary>All threads' leaves of a bucket; the buckets let go of them.</summary>
    public static StorageLeaf[] Join(LeafBucket[][] threads, int bucket)
    {
        StorageLeaf[] all = new StorageLeaf[threads.Sum(thread => thread[bucket]._count)];
        int at = 0;
        foreach (LeafBucket[] thread in threads)
        {
            ref LeafBucket from = ref thread[bucket];
            from._leaves.AsSpan(0, from._count).CopyTo(all.AsSpan(at));
            at += from._count;
            from = default;
        }

        return all;
    }
}
