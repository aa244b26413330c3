using System.Diagnostics;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward;

/// <summary>
/// The method: all variants stand ready at once, and each round measures every one of them, so that whatever
/// else the machine does meets all alike. A round is an overload and a search for the highest rates that
/// lose almost nothing; rounds of latencies follow, at rates that come from those.
/// </summary>
internal static class ForwardRun
{
    /// <summary>Measures variants under one load.</summary>
    /// <param name="plan">How.</param>
    /// <param name="point">Under which load, how often.</param>
    /// <param name="variants">Which.</param>
    /// <param name="limit">When it has to end, with fewer rounds if need be.</param>
    /// <param name="progress">Hears of every round.</param>
    /// <exception cref="ForwardException">The topology or a tool cannot be set up.</exception>
    public static IReadOnlyList<ForwardRow> Measure(
        ForwardPlan plan,
        ForwardPoint point,
        IReadOnlyList<Variant> variants,
        TimeSpan limit,
        TextWriter progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Topology topology = new(plan.Model);
        using ToolProcess sink = new("sink", topology.AtSink(ToolProcess.LoadGen(
            "hear", "--at", $"0.0.0.0:{Stand.HearPort}", "--hop-base", topology.FirstHop,
            "--routes", $"{plan.Routes}", "--hops", $"{point.Load.Hops}")));
        List<StartedVariant> started = VariantList.Start(
            variants, index => new Stand(topology, plan, point.Load, sink, index), progress);
        try
        {
            List<VariantRounds> all = [.. started.Select(variant => new VariantRounds(variant))];
            Each(all, rounds => Probe.Take(rounds.Variant, 0, plan.Seconds), progress);
            TimeSpan latencyTime = TimeSpan.FromSeconds(
                all.Count * point.LatencyRounds * LatencyLoads.Seconds(plan.Seconds));
            Repeat(point.Rounds, "rates", point, clock, limit - latencyTime, progress, () =>
                Each(all, rounds => rounds.Search(plan), progress));
            double yardstick =
                all.Find(rounds => rounds.Variant.Name == LatencyLoads.YardstickVariant)?.Lossless ?? 0;
            Repeat(point.LatencyRounds, "latencies", point, clock, limit, progress, () =>
                Each(all, rounds => rounds.Listen(plan, yardstick), progress));
            return [.. all.Select(rounds => rounds.Row(plan, point.Load))];
        }
        finally
        {
            started.ForEach(variant => variant.Dispose());
        }
    }

    /// <summary>
    /// Does it so often, or while there is time for as long as the longest took; once at least.
    /// </summary>
    private static void Repeat(
        int times,
        string what,
        ForwardPoint point,
        Stopwatch clock,
        TimeSpan limit,
        TextWriter progress,
        Action round)
    {
        TimeSpan longest = TimeSpan.Zero;
        for (int number = 1; number <= times; number++)
        {
            TimeSpan start = clock.Elapsed;
            if (number > 1 && start + longest > limit)
            {
                progress.WriteLine($"bench: {point.Load}: time for {number - 1} of {times} rounds of {what}");
                return;
            }

            progress.WriteLine($"bench: {point.Load}: {what}, round {number} of {times}");
            round();
            TimeSpan took = clock.Elapsed - start;
            longest = took > longest ? took : longest;
        }
    }

    private static void Each(List<VariantRounds> all, Action<VariantRounds> measure, TextWriter progress)
    {
        foreach (VariantRounds rounds in all)
        {
            try
            {
                rounds.Variant.Activate();
                measure(rounds);
                rounds.Variant.Deactivate();
            }
            catch (ForwardException error)
            {
                progress.WriteLine($"bench: {rounds.Variant.Name}: {error.Message}");
                throw;
            }
        }
    }
}
