using Conet.Bench.Forward;

namespace Conet.Bench.Routing;

/// <summary>
/// <c>bench routing</c>: look-ups of whole addresses in the route trie beside the same structure in C, a flat
/// table and .NET's own, rounds interleaved; and what the table costs as it grows.
/// </summary>
internal sealed class RoutingBenchmark : IBenchmark
{
    private const long MemoryBytesPerRoute = 140;

    public string Name => "routing";

    public string Summary => "look-ups in tables of 10 thousand to 100 million routes, beside C and .NET";

    public IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["--routes"] = "sizes of the table, such as 1000000,10000000,100000000",
        ["--rounds"] = "turns of each structure (7; 3 with --quick)",
    };

    public int Run(BenchOptions options, BenchOutput output)
    {
        if (!RoutingPlan.TryParse(options, out RoutingPlan? plan, out string? problem))
        {
            output.Progress.WriteLine($"bench: {problem}");
            return ExitCodes.Usage;
        }

        double load = Machine.Load();
        string? reference = Reference.Compile("lookups");
        if (reference is null)
            output.Progress.WriteLine("bench: without gcc there is no reference in C");
        List<RoutingRow> rows = [];
        List<GrowthRow> growth = [];
        try
        {
            // The largest first, in memory that nothing was in before.
            foreach (long size in plan.Sizes.OrderDescending())
            {
                if (size * MemoryBytesPerRoute > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
                {
                    output.Progress.WriteLine($"bench: {size} routes do not fit into the memory; left out");
                    continue;
                }

                Measure(plan, size, reference, rows, growth, output.Progress);
            }
        }
        catch (ForwardException error)
        {
            output.Progress.WriteLine($"bench: {error.Message}");
            return ExitCodes.Broken;
        }

        RoutingReport.Write(
            [.. rows.OrderBy(row => row.Routes)], [.. growth.OrderBy(row => row.Routes)], options.Json, load,
            output.Results);
        return Judge(rows, output.Progress);
    }

    private static void Measure(
        RoutingPlan plan, long size, string? reference, List<RoutingRow> rows, List<GrowthRow> growth,
        TextWriter progress)
    {
        LookUpScene scene = new(size, 0, 0);
        MeasureLookUps(plan, scene, reference, rows, progress, structures =>
        {
            if (structures.OfType<TrieLookUps>().FirstOrDefault() is not { } trie)
                return;
            progress.WriteLine($"bench: {size} routes: updates");
            growth.Add(Growth.Update(trie.Trie, scene));
        });
        if (size is RoutingPlan.CrowdMax or RoutingPlan.DictionaryRoutesMax)
        {
            LookUpScene crowd = scene with { Crowd = RoutingPlan.CrowdMax };
            MeasureLookUps(plan, crowd, reference, rows, progress, _ => { });
        }

        progress.WriteLine($"bench: {size} routes: loading");
        growth.Add(Growth.Load(scene));
        if (size <= RoutingPlan.SnapshotRoutesMax)
        {
            progress.WriteLine($"bench: {size} routes: snapshot");
            growth.AddRange(Growth.Snapshot(scene));
            progress.WriteLine($"bench: {size} routes: proof of a stranger's snapshot");
            growth.Add(Growth.Proof(scene));
        }

        if (size <= RoutingPlan.ChainRoutesMax)
        {
            progress.WriteLine($"bench: {size} routes: events");
            growth.Add(Growth.Chain(scene));
        }
    }

    private static void MeasureLookUps(
        RoutingPlan plan, LookUpScene scene, string? reference, List<RoutingRow> rows, TextWriter progress,
        Action<IReadOnlyList<ILookUps>> more)
    {
        List<ILookUps> structures = [];
        try
        {
            foreach ((string name, Func<ILookUps> make) in Structures(scene, reference))
            {
                if (!plan.Case.Split(',').Any(name.Contains))
                    continue;
                progress.WriteLine($"bench: {scene.Routes} routes, {scene.Load}: making {name}");
                structures.Add(make());
            }

            LookUpRun run = new(plan.Rounds, plan.TurnTime);
            progress.WriteLine($"bench: {scene.Routes} routes, {scene.Load}: {plan.Rounds} rounds");
            rows.AddRange(run.Measure(scene, structures));
            if (scene.Crowd == 0)
            {
                LookUpScene prefix = scene with { PrefixEvery = RoutingPlan.PrefixEvery };
                progress.WriteLine($"bench: {scene.Routes} routes, {prefix.Load}: {plan.Rounds} rounds");
                rows.AddRange(run.Measure(prefix, structures));
            }

            more(structures);
        }
        finally
        {
            foreach (ILookUps structure in structures)
                structure.Dispose();
        }

        structures.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static IEnumerable<(string Name, Func<ILookUps> Make)> Structures(
        LookUpScene scene, string? reference)
    {
        yield return ("trie", () => new TrieLookUps(scene));
        if (reference is not null)
            yield return ("c-ref", () => new ReferenceLookUps(scene, reference));
        yield return ("flat", () => new FlatLookUps(scene));
        if (scene.Routes > RoutingPlan.DictionaryRoutesMax)
            yield break;
        yield return ("dictionary", () => new DictionaryLookUps(scene, isFrozen: false));
        yield return ("frozen", () => new DictionaryLookUps(scene, isFrozen: true));
    }

    private static int Judge(List<RoutingRow> rows, TextWriter progress)
    {
        if (rows.Count == 0)
        {
            progress.WriteLine("bench: nothing was measured");
            return ExitCodes.Broken;
        }

        int code = ExitCodes.Ok;
        foreach (RoutingRow row in rows.Where(row => row.Structure == "trie" && row.BytesAllocated != 0))
        {
            progress.WriteLine($"bench: {row.Routes} routes: look-ups allocated {row.BytesAllocated} bytes");
            code = ExitCodes.Failed;
        }

        return code;
    }
}
