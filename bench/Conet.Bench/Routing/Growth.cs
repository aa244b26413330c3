using System.Diagnostics;
using System.Security.Cryptography;
using Conet.Bench.Forward;
using Conet.Bench.Snapshots;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Bench.Routing;

/// <summary>What else a table costs as it grows.</summary>
internal static class Growth
{
    private const int SecretSize = 32;
    private const int UpdateRounds = 5;
    private const int SnapshotRounds = 3;
    private const int EventsOfARange = 50_000;

    /// <summary>Time of a batch of changes, while another thread looks up.</summary>
    public static GrowthRow Update(RouteTrie trie, LookUpScene scene)
    {
        (IReadOnlyList<double> seconds, double lookUps) =
            new UpdateRun(trie, scene).Measure(RoutingPlan.Changes, UpdateRounds);
        return new GrowthRow("update", scene.Routes, RoutingPlan.Changes, seconds)
        {
            LookUpsPerSecond = lookUps,
        };
    }

    /// <summary>Time to make a trie of all routes at once.</summary>
    public static GrowthRow Load(LookUpScene scene)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(SecretSize);
        long start = Stopwatch.GetTimestamp();
        RouteTrie trie = RouteTrie.Load(secret, scene.Routes, scene.Read);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.KeepAlive(trie);
        return new GrowthRow("load", scene.Routes, scene.Routes, [seconds]);
    }

    /// <summary>
    /// Time to read the file of a node's own snapshot, from a warm cache of the system, until it serves; and
    /// to write it.
    /// </summary>
    /// <exception cref="ForwardException">The file is refused.</exception>
    public static IEnumerable<GrowthRow> Snapshot(LookUpScene scene)
    {
        MirrorOptions options = new(1, LookUpScene.Prefix(1), ChainScene.Registry, 0);
        byte[] secret = RandomNumberGenerator.GetBytes(SecretSize);
        byte[] key = RandomNumberGenerator.GetBytes(SnapshotFile.KeySize);
        string folder = Directory.CreateTempSubdirectory("conet-bench-").FullName;
        try
        {
            string path = Path.Combine(folder, "snapshot");
            double written = Write(scene, options, secret, key, path);
            yield return new GrowthRow("snapshot-write", scene.Routes, scene.Routes, [written]);
            List<double> seconds = [];
            for (int round = 0; round < SnapshotRounds; round++)
            {
                GC.Collect();
                long start = Stopwatch.GetTimestamp();
                SnapshotProblem problem =
                    SnapshotFile.TryRead(path, options, key, secret, out MirrorSnapshot? snapshot);
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                if (problem != SnapshotProblem.None || snapshot!.Table.LiveRoutes != scene.Routes)
                    throw new ForwardException($"the snapshot is not what was written: {problem}");
            }

            yield return new GrowthRow("snapshot", scene.Routes, scene.Routes, seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Time to prove a stranger's snapshot by rebuilding the storage trie, on all cores.</summary>
    public static GrowthRow Proof(LookUpScene scene)
    {
        string folder = Directory.CreateTempSubdirectory("conet-bench-").FullName;
        try
        {
            SharedSnapshotRun run = SharedSnapshotRun.Measure(
                (int)scene.Routes, folder, Environment.ProcessorCount, makesTable: false);
            return new GrowthRow("proof", scene.Routes, scene.Routes, [run.ProveSeconds]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Time to apply the events of all routes, in back-filled ranges, each with a table of its own; without
    /// the providers.
    /// </summary>
    /// <exception cref="ForwardException">An event is refused.</exception>
    public static GrowthRow Chain(LookUpScene scene)
    {
        ChainScene chain = new(scene);
        RouteTable table = RouteTable.Create(RandomNumberGenerator.GetBytes(SecretSize));
        Stopwatch clock = new();
        for (long first = 0; first < scene.Routes; first += EventsOfARange)
        {
            int count = (int)Math.Min(EventsOfARange, scene.Routes - first);
            var logs = Enumerable.Range(0, count).Select(index => chain.LogOf(first + index)).ToArray();
            clock.Start();
            RouteTableBuilder builder = table.ToBuilder();
            if (!Array.TrueForAll(logs, builder.TryApply))
                throw new ForwardException("an event does not follow the one before");
            builder.SetTime(ChainScene.TimeSeconds);
            table = builder.Build();
            clock.Stop();
        }

        return new GrowthRow("chain", scene.Routes, scene.Routes, [clock.Elapsed.TotalSeconds]);
    }

    private static double Write(
        LookUpScene scene, MirrorOptions options, byte[] secret, byte[] key, string path)
    {
        ChainScene chain = new(scene);
        RouteCollector collector = new();
        for (long route = 0; route < scene.Routes; route++)
            collector.Add(chain.WalletOf(route), chain.RowOf(route));
        if (!collector.TryBuild(secret, ChainScene.TimeSeconds, out RouteTable? table))
            throw new ForwardException("two routes have one wallet");
        long start = Stopwatch.GetTimestamp();
        SnapshotFile.Write(path, new MirrorSnapshot(1, default, table), options, key);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
