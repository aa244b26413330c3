using System.Diagnostics;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward;

/// <summary>
/// <c>bench forward</c>: whole forwarders on real sockets, ours beside a C one of the same method and beside
/// the kernel's own IP forwarding; same topology, same cells, rounds interleaved.
/// </summary>
internal sealed class ForwardBenchmark : IBenchmark
{
    public const string PeersSwitch = "--peers";

    private const string PlanSwitch = "--plan";

    public string Name => "forward";

    public string Summary => "cells a second through a node, beside C and the kernel; best as root";

    public IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>
    {
        [PeersSwitch] = "other people's forwarders too, those that are installed",
        [PlanSwitch] = "says what would be measured and for how long, and ends",
    };

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["--model"] = "nic (merged on arrival), queue (sends only queued), wire (single packets), loopback",
        ["--sources"] = "addresses that cells come from, such as 1,16,1024",
        ["--hops"] = "next hops, such as 1,16,256,4096",
        ["--variants"] = "such as conet-gro,c-gro,kernel; all that work here if left out",
        ["--routes"] = "routes of the table (1000000; 100000 with --quick)",
        ["--rounds"] = "rounds (5; 3 with --quick)",
    };

    public int Run(BenchOptions options, BenchOutput output)
    {
        if (!ForwardPlan.TryParse(options, out ForwardPlan plan, out string? problem))
        {
            output.Progress.WriteLine($"bench: {problem}");
            return ExitCodes.Usage;
        }

        if (plan.Model != LinkModel.Loopback && !Topology.IsPossible)
        {
            output.Progress.WriteLine(
                "bench: without root, ip and ethtool there are no namespaces; loopback only, no kernel");
            plan = plan with { Model = LinkModel.Loopback };
        }

        if (options.Switches.Contains(PlanSwitch))
        {
            PlanReport.Write(plan, output);
            return ExitCodes.Ok;
        }

        using WakefulCores cores = new();
        if (!cores.IsGranted)
            output.Progress.WriteLine("bench: the cores may sleep between cells; low rates then show that");
        double load = Machine.Load();
        List<ForwardRow> rows = [];
        try
        {
            MeasureAll(plan, rows, output.Progress);
        }
        catch (ForwardException error)
        {
            output.Progress.WriteLine($"bench: {error.Message}");
            return ExitCodes.Broken;
        }

        ForwardReport.Write(rows, plan, options.Json, load, output.Results);
        return Judge(rows, output.Progress);
    }

    private static void MeasureAll(ForwardPlan plan, List<ForwardRow> rows, TextWriter progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        for (int index = 0; index < plan.Points.Count; index++)
        {
            ForwardPoint point = plan.Points[index];
            IReadOnlyList<Variant> variants = VariantList.Choose(plan, point, progress);
            if (variants.Count == 0)
                continue;
            TimeSpan limit = plan.IsTimed ? ShareOf(plan, index, clock.Elapsed) : TimeSpan.MaxValue;
            rows.AddRange(ForwardRun.Measure(plan, point, variants, limit, progress));
        }
    }

    /// <summary>What a point may take, so that those after it get their share of what is left.</summary>
    private static TimeSpan ShareOf(ForwardPlan plan, int index, TimeSpan elapsed)
    {
        IEnumerable<double> weights =
            plan.Points.Skip(index).Select(point => PlanReport.SecondsOf(plan, point));
        double left = ForwardPlan.FullRunSecondsMax - elapsed.TotalSeconds;
        return TimeSpan.FromSeconds(left * weights.First() / weights.Sum());
    }

    private static int Judge(List<ForwardRow> rows, TextWriter progress)
    {
        if (rows.Count == 0)
        {
            progress.WriteLine("bench: nothing was measured");
            return ExitCodes.Broken;
        }

        int code = ExitCodes.Ok;
        foreach (ForwardRow row in rows)
        {
            if (row.Faults != 0)
            {
                progress.WriteLine($"bench: {row.Variant}: {row.Faults} cells altered, doubled or misled");
                code = row.IsPeer ? code : ExitCodes.Failed;
            }

            if (row.BytesAllocated > 0)
            {
                progress.WriteLine($"bench: {row.Variant} allocated {row.BytesAllocated} bytes");
                code = ExitCodes.Failed;
            }
        }

        return code;
    }
}
