using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward;

/// <summary>
/// The method: all variants stand ready at once, and each round measures every one of them, so that whatever
/// else the machine does meets all alike. A round is an overload and a search for the highest rate that loses
/// almost nothing.
/// </summary>
internal static class ForwardRun
{
    private const double HalfLoad = 0.5;
    private const double HighLoad = 0.8;
    private const double SearchFrom = 0.2;
    private const double SearchTo = 1.3;

    /// <summary>Measures the variants of a plan under one load.</summary>
    /// <exception cref="ForwardException">The topology or a tool cannot be set up.</exception>
    public static IReadOnlyList<ForwardRow> Measure(
        ForwardPlan plan, int sources, int hops, TextWriter progress)
    {
        using Topology topology = new(plan.Model);
        using ToolProcess sink = new("sink", topology.AtSink(ToolProcess.LoadGen(
            "hear", "--at", $"0.0.0.0:{Variant.HearPort}", "--hop-base", topology.FirstHop,
            "--routes", $"{plan.Routes}", "--hops", $"{hops}")));
        List<Variant> variants = Variant.Start(plan, topology, sources, hops, progress);
        try
        {
            List<Rounds> all = [.. variants.Select(variant => new Rounds(variant))];
            foreach (Rounds rounds in all)
            {
                rounds.Variant.Activate(plan.Model);
                Probe.Take(rounds.Variant, sink, 0, plan.Seconds / 2);
            }

            for (int round = 1; round <= plan.Rounds; round++)
            {
                progress.WriteLine($"bench: round {round} of {plan.Rounds}, {sources} sources, {hops} hops");
                foreach (Rounds rounds in all)
                    MeasureRound(plan, rounds, sink);
            }

            return [.. all.Select(rounds => Finish(plan, rounds, sink, sources, hops))];
        }
        finally
        {
            variants.ForEach(variant => variant.Dispose());
        }
    }

    private static void MeasureRound(ForwardPlan plan, Rounds rounds, ToolProcess sink)
    {
        rounds.Variant.Activate(plan.Model);
        Probe overload = rounds.Note(Probe.Take(rounds.Variant, sink, 0, plan.Seconds));
        rounds.Overloads.Add(overload);
        double low = overload.CellsPerSecond * SearchFrom;
        double high = Math.Min(overload.Sent.CellsPerSecond, overload.CellsPerSecond * SearchTo);
        double lossless = overload.Loss <= plan.LossMax ? overload.CellsPerSecond : 0;
        for (int step = 0; step < plan.Steps && lossless < high; step++)
        {
            double rate = (low + high) / 2;
            Probe probe = rounds.Note(Probe.Take(rounds.Variant, sink, rate, plan.Seconds));
            if (probe.Loss > plan.LossMax)
            {
                high = rate;
                continue;
            }

            low = rate;
            lossless = Math.Max(lossless, probe.CellsPerSecond);
        }

        rounds.Lossless.Add(lossless);
    }

    private static ForwardRow Finish(
        ForwardPlan plan, Rounds rounds, ToolProcess sink, int sources, int hops)
    {
        rounds.Variant.Activate(plan.Model);
        double lossless = Median(rounds.Lossless);
        Probe half = rounds.Note(Probe.Take(rounds.Variant, sink, lossless * HalfLoad, plan.Seconds));
        Probe high = rounds.Note(Probe.Take(rounds.Variant, sink, lossless * HighLoad, plan.Seconds));
        return new ForwardRow
        {
            Variant = rounds.Variant.Name,
            Model = plan.Model,
            Sources = sources,
            Hops = hops,
            Routes = plan.Routes,
            LosslessCellsPerSecond = lossless,
            OverloadCellsPerSecond = Median(rounds.Overloads.Select(probe => probe.CellsPerSecond)),
            OfferedCellsPerSecond = Median(rounds.Overloads.Select(probe => probe.Sent.CellsPerSecond)),
            CellsPerCpuSecond = plan.Model == LinkModel.Wire
                ? null
                : Median(rounds.Overloads.Select(probe => probe.CellsPerCpuSecond)),
            AtHalf = new ForwardRow.Latency(half.Heard.P50Us, half.Heard.P99Us, half.Heard.P999Us),
            AtMost = new ForwardRow.Latency(high.Heard.P50Us, high.Heard.P99Us, high.Heard.P999Us),
            BytesAllocated = rounds.BytesAllocated,
            Faults = rounds.Faults,
            Rounds = rounds.Lossless.Count,
            Spread = lossless == 0 ? 0 : (rounds.Lossless.Max() - rounds.Lossless.Min()) / lossless,
        };
    }

    private static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>What the rounds of one variant brought so far.</summary>
    private sealed class Rounds(Variant variant)
    {
        public Variant Variant { get; } = variant;

        public List<Probe> Overloads { get; } = [];

        public List<double> Lossless { get; } = [];

        public long BytesAllocated { get; private set; }

        public long Faults { get; private set; }

        public Probe Note(Probe probe)
        {
            BytesAllocated += probe.BytesAllocated;
            Faults += probe.Faults;
            return probe;
        }
    }
}
