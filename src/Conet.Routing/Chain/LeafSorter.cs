using System.Buffers.Binary;

namespace Conet.Routing.Chain;

/// <summary>
/// Puts the leaves of one bucket together and in order; its memory serves one bucket after the other. One
/// thread.
/// </summary>
internal sealed class LeafSorter
{
    private StorageLeaf[] _leaves = [];
    private ulong[] _starts = [];
    private int[] _order = [];

    /// <summary>Leaves of the bucket.</summary>
    public int Count { get; private set; }

    /// <summary>A leaf by its place in the order of keys.</summary>
    public ref readonly StorageLeaf this[int place] => ref _leaves[_order[place]];

    /// <summary>Takes what all threads have found of a bucket; theirs is empty then.</summary>
    public void Take(LeafBucket[][] threads, int bucket)
    {
        Count = threads.Sum(thread => thread[bucket].Count);
        if (_leaves.Length < Count)
        {
            int room = Count + (Count / 8);
            (_leaves, _starts, _order) = (new StorageLeaf[room], new ulong[room], new int[room]);
        }

        int at = 0;
        foreach (LeafBucket[] thread in threads)
            at += thread[bucket].MoveTo(_leaves.AsSpan(at));
        Sort();
    }

    private void Sort()
    {
        Span<byte> key = stackalloc byte[Bytes32.Size];
        for (int i = 0; i < Count; i++)
        {
            _leaves[i].Key.CopyTo(key);
            _starts[i] = BinaryPrimitives.ReadUInt64BigEndian(key);
            _order[i] = i;
        }

        Array.Sort(_starts, _order, 0, Count);
        for (int i = 1, run = 0; i <= Count; i++)
        {
            if (i < Count && _starts[i] == _starts[run])
                continue;
            if (i - run > 1)
                _order.AsSpan(run, i - run).Sort((a, b) => _leaves[a].Key.CompareTo(_leaves[b].Key));
            run = i;
        }
    }
}
