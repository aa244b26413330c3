using System.Diagnostics;
using System.Security.Cryptography;
using Conet.Routing.Tables;

namespace Conet.Bench.Routing;

/// <summary>What else a table costs as it grows.</summary>
internal static class Growth
{
    private const int SecretSize = 32;
    private const int UpdateRounds = 5;

    /// <summary>Time of a batch of changes, while another thread looks up.</summary>
    public static GrowthRow Update(RouteTrie trie, LookUpScene scene)
    {
        (IReadOnlyList<double> seconds, double lookUps) =
            new UpdateRun(trie, scene).Measure(RoutingPlan.Changes, UpdateRounds);
        return new GrowthRow("update", scene.Routes, RoutingPlan.Changes, seconds) { LookUpsPerSecond = lookUps };
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
}
