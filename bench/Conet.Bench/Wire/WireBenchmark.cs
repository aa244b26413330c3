using Conet.Bench.Results;
using Conet.Bench.Wire.Gate;

namespace Conet.Bench.Wire;

/// <summary>
/// <c>bench wire</c>: what the bytes cost, without the kernel. Questions that use vectors are measured a
/// second time in a process that has them turned off.
/// </summary>
internal sealed class WireBenchmark : IBenchmark
{
    private const string GateSwitch = "--gate";
    private const string ScalarSwitch = "--scalar";
    private const int QuickRoutes = 100_000;

    public string Name => "wire";

    public string Summary => "parse, look-up, forward, seal, open, sign, recover: time and memory, no kernel";

    public IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>
    {
        [GateSwitch] = "no times; fails if parse, look-up or forward takes a byte of managed memory",
        [ScalarSwitch] = "only what uses vectors (a process without them: DOTNET_EnableHWIntrinsic=0)",
    };

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    public int Run(BenchOptions options, BenchOutput output)
    {
        if (options.Quick)
            RouteScene.Size = QuickRoutes;
        if (options.Switches.Contains(GateSwitch))
            return AllocationGate.Run(output.Results);
        bool isScalar = options.Switches.Contains(ScalarSwitch);
        double load = Machine.Load();
        Type[] questions = [.. Questions.All
            .Where(type => !isScalar || Questions.Of(type).UsesVectors)
            .Where(type => Questions.Has(type, options.Case))];
        if (questions.Length == 0)
        {
            output.Progress.WriteLine($"bench: wire has no case that contains {options.Case}");
            return ExitCodes.Usage;
        }

        List<Measurement> rows = [.. WireRun.Measure(questions, options, output.Progress)];
        if (!isScalar && questions.Any(type => Questions.Of(type).UsesVectors))
            rows.AddRange(ScalarProcess.Measure(options, output.Progress));
        rows = [.. Order(Measurement.WithRatios(rows))];
        Write(rows, options, load, output);
        return Judge(rows, output.Progress);
    }

    /// <summary>A question's cases together, with vectors first.</summary>
    private static IEnumerable<Measurement> Order(IReadOnlyList<Measurement> rows) =>
        rows.GroupBy(row => row.Question).SelectMany(question => question);

    private static void Write(List<Measurement> rows, BenchOptions options, double load, BenchOutput output)
    {
        if (options.Json)
        {
            foreach (Measurement row in rows)
                output.Results.WriteLine(MeasurementJson.Format(row, options.Quick, load));
            return;
        }

        output.Results.WriteLine($"machine: {Machine.Line}; load average at the start {load:0.00}");
        output.Results.WriteLine("one core; mean and half of its 99.9 % confidence interval"
            + (options.Quick ? "; --quick: few short rounds" : ""));
        if (rows.Count > 0)
            MeasurementTable.Write(output.Results, rows);
    }

    private static int Judge(List<Measurement> rows, TextWriter progress)
    {
        if (rows.Count == 0)
        {
            progress.WriteLine("bench: nothing was measured; see above");
            return ExitCodes.Broken;
        }

        HashSet<string> promised = [.. Questions.All.Select(Questions.Of)
            .Where(question => question.AllocatesNothing).Select(question => question.Name)];
        List<Measurement> broken = [.. rows
            .Where(row => promised.Contains(row.Question) && row.BytesAllocatedPerItem > 0)];
        foreach (Measurement row in broken)
        {
            progress.WriteLine(
                $"bench: {row.Question}, {row.Case} allocates {row.BytesAllocatedPerItem} bytes a {row.Item};"
                + " it must allocate nothing");
        }

        return broken.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
