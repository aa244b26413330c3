using System.Text.Json;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Command;

/// <summary>
/// The process that runs the cases of one target, so that a crash ends it alone. It writes its report as one
/// line of JSON to standard output; if that line is missing it died.
/// </summary>
internal static class FuzzWorker
{
    private static readonly Lock _output = new();

    public static int Run(IFuzzTarget target, FuzzArguments arguments, FuzzFolders folders)
    {
        ulong seed = arguments.Seed ?? 0;
        FuzzOptions options = new()
        {
            Seed = seed,
            Count = arguments.Count ?? ulong.MaxValue,
            TimeMax = arguments.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Corpus = [.. folders.InputsOf(target.Name).Select(File.ReadAllBytes)],
            FindingsMax = target.HasPlantedBug ? 1 : new FuzzOptions().FindingsMax,
            ScratchPath = arguments.ReplayFile is null ? arguments.WorkerScratch : null,
            OnHang = finding => End(new FuzzReport(
                target.Name, seed, finding.CaseIndex, 0, TimeSpan.Zero, [finding])),
        };
        using FuzzRunner runner = new(target, options);
        FuzzReport report = arguments.ReplayFile is null
            ? runner.Run()
            : Replay(runner, target, arguments);
        Print(report);
        return report.Findings.Count == 0 ? 0 : FuzzCommand.ExitFinding;
    }

    private static FuzzReport Replay(FuzzRunner runner, IFuzzTarget target, FuzzArguments arguments)
    {
        byte[] input = File.ReadAllBytes(arguments.ReplayFile!);
        using (CaseScratch scratch = new(arguments.WorkerScratch!, Math.Max(1, input.Length), 0))
            scratch.Note(0, 0, GuardSide.AfterEnd, input);
        FuzzFinding? finding = runner.Replay(input, out bool accepted);
        return new FuzzReport(
            target.Name, 0, 1, accepted ? 1u : 0, TimeSpan.Zero, finding is null ? [] : [finding]);
    }

    private static void End(FuzzReport report)
    {
        Print(report);
        Environment.Exit(FuzzCommand.ExitFinding);
    }

    private static void Print(FuzzReport report)
    {
        lock (_output)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report));
            Console.Out.Flush();
        }
    }
}
