using System.Diagnostics;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>
/// Applies batches of route changes to a trie, new addresses, other values and removals in equal shares,
/// while another thread looks up.
/// </summary>
/// <param name="trie">What it begins with: the routes of the scene.</param>
/// <param name="scene">Its routes.</param>
internal sealed class UpdateRun(RouteTrie trie, LookUpScene scene)
{
    private const int Whole = RouteTrie.PrefixBitsMax;

    private readonly int[] _offsets =
        [.. Enumerable.Range(0, LookUpScene.Batch).Select(index => index * Address.Size)];
    private RouteTrie _trie = trie;
    private bool _isDone;

    /// <summary>Applies changes in batches that readers see one after the other.</summary>
    /// <param name="changes">Changes of a batch.</param>
    /// <param name="rounds">Batches.</param>
    /// <returns>Seconds of each batch; look-ups a second meanwhile.</returns>
    public (IReadOnlyList<double> Seconds, double LookUpsPerSecond) Measure(int changes, int rounds)
    {
        long lookUps = 0;
        Thread reader = new(() => Volatile.Write(ref lookUps, LookUp()));
        long start = Stopwatch.GetTimestamp();
        reader.Start();
        List<double> seconds = [];
        for (int round = 0; round < rounds; round++)
        {
            long before = Stopwatch.GetTimestamp();
            Volatile.Write(ref _trie, Apply(changes, round));
            seconds.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }

        Volatile.Write(ref _isDone, true);
        reader.Join();
        return (seconds, Volatile.Read(ref lookUps) / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private RouteTrie Apply(int changes, int round)
    {
        RouteTrieBuilder builder = _trie.ToBuilder();
        byte[] bytes = new byte[Address.Size];
        Random random = new(round);
        for (int change = 0; change < changes; change++)
        {
            bool isNew = change % 3 == 0;
            long added = scene.Routes + ((long)round * changes) + change;
            long route = isNew ? added : random.NextInt64(scene.Routes);
            scene.WriteAddress(route, bytes);
            if (change % 3 == 1)
                builder.Remove(new Address(bytes), Whole);
            else
                builder.Set(new Address(bytes), Whole, (uint)(change % LookUpScene.Nodes));
        }

        return builder.Build();
    }

    private long LookUp()
    {
        byte[] queries = scene.MakeQueries();
        uint[] values = new uint[LookUpScene.Batch];
        bool[] found = new bool[LookUpScene.Batch];
        long lookUps = 0;
        while (!Volatile.Read(ref _isDone))
        {
            int first = (int)(lookUps % LookUpScene.Queries) * Address.Size;
            ReadOnlySpan<byte> cells = queries.AsSpan(first, LookUpScene.Batch * Address.Size);
            Volatile.Read(ref _trie).Find(cells, _offsets, values, found);
            lookUps += LookUpScene.Batch;
        }

        return lookUps;
    }
}
