using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Conet.Bench.Results;
using Perfolizer.Horology;
using Measurement = Conet.Bench.Results.Measurement;

namespace Conet.Bench.Wire;

/// <summary>
/// Runs BenchmarkDotNet in this process: nothing is generated, restored or built, so it works wherever the
/// program does.
/// </summary>
internal static class WireRun
{
    private const int FullRounds = 15;
    private const int FullWarmUps = 6;
    private const int FullRoundMs = 200;
    private const int QuickRounds = 5;
    private const int QuickWarmUps = 2;
    private const int QuickRoundMs = 25;
    private static readonly TimeSpan _timeLimit = TimeSpan.FromHours(1);

    /// <summary>Measures the cases that the options choose; empty if nothing ran.</summary>
    public static IEnumerable<Measurement> Measure(
        IReadOnlyList<Type> questions, BenchOptions options, TextWriter progress)
    {
        foreach (Type question in questions)
        {
            ProgressLogger logger = new(progress);
            Summary summary = BenchmarkRunner.Run(question, Configure(question, options, logger));
            if (summary.Reports.IsEmpty)
                logger.WriteRemarks();
            foreach (BenchmarkReport report in summary.Reports)
            {
                if (report is { Success: true, ResultStatistics: not null })
                    yield return Read(question, report);
                else
                    progress.WriteLine($"bench: {report.BenchmarkCase.DisplayInfo} did not run");
            }
        }
    }

    private static ManualConfig Configure(Type question, BenchOptions options, ILogger logger)
    {
        Job job = new Job(options.Quick ? "quick" : "full")
            .WithToolchain(new InProcessEmitToolchain(_timeLimit, logOutput: false))
            .WithEvaluateOverhead(!options.Quick) // under a nanosecond a call, and a third of the time
            .WithWarmupCount(options.Quick ? QuickWarmUps : FullWarmUps)
            .WithIterationCount(options.Quick ? QuickRounds : FullRounds)
            .WithIterationTime(TimeInterval.FromMilliseconds(options.Quick ? QuickRoundMs : FullRoundMs));
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddLogger(logger)
            .AddFilter(new SimpleFilter(benchmark => Questions.Matches(
                question, benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\''), options.Case)))
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet"));
    }

    private static Measurement Read(Type type, BenchmarkReport report)
    {
        QuestionAttribute question = Questions.Of(type);
        return new Measurement
        {
            Question = question.Name,
            Case = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
            Item = question.Item,
            NanosecondsPerItem = report.ResultStatistics!.Mean,
            ErrorNanoseconds = report.ResultStatistics.ConfidenceInterval.Margin,
            BytesAllocatedPerItem = BytesPerItem(report),
            Rounds = report.ResultStatistics.N,
            IsBaseline = report.BenchmarkCase.Descriptor.Baseline,
            VectorBits = Machine.VectorBits,
            Routes = question.UsesRoutes ? RouteScene.Size : 0,
        };
    }

    private static double BytesPerItem(BenchmarkReport report)
    {
        long? total = report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true);
        return total is null ? double.NaN : (double)total / report.GcStats.TotalOperations;
    }
}
