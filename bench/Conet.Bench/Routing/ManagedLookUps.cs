using System.Diagnostics;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>The turns of a structure of this process.</summary>
/// <param name="scene">What it holds.</param>
internal abstract class ManagedLookUps(LookUpScene scene) : ILookUps
{
    private byte[] _queries = scene.MakeQueries();
    private readonly int[] _offsets =
        [.. Enumerable.Range(0, LookUpScene.Batch).Select(index => index * Address.Size)];
    private readonly uint[] _values = new uint[LookUpScene.Batch];

    public abstract string Structure { get; }

    public abstract bool HasBatches { get; }

    public abstract double BytesPerRoute { get; }

    public virtual double BytesPerRouteInAll => BytesPerRoute;

    public LookUpTurn Run(bool isBatched, long count)
    {
        ulong sum = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (long done = 0; done < count; done += LookUpScene.Batch)
        {
            int first = (int)(done % LookUpScene.Queries) * Address.Size;
            ReadOnlySpan<byte> cells = _queries.AsSpan(first, LookUpScene.Batch * Address.Size);
            if (isBatched)
                FindBatch(cells, _offsets, _values);
            else
                FindSingly(cells, _values);
            foreach (uint value in _values)
                sum += value;
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new LookUpTurn(sum, (ulong)time.TotalNanoseconds, allocated);
    }

    public void Prepare(LookUpScene scene) => _queries = scene.MakeQueries();

    public virtual void Dispose()
    {
    }

    /// <summary>Value of each query, one after the other.</summary>
    protected abstract void FindSingly(ReadOnlySpan<byte> cells, Span<uint> values);

    /// <summary>Value of each query, the accesses to memory overlapping.</summary>
    protected abstract void FindBatch(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values);

    /// <summary>Managed memory that something takes. Bytes.</summary>
    protected static long Weigh(Action make)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        make();
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    /// <summary>The address of a query.</summary>
    protected static ReadOnlySpan<byte> AddressAt(ReadOnlySpan<byte> cells, int index) =>
        cells.Slice(index * Address.Size, Address.Size);
}
