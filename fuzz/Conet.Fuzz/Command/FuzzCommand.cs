using System.Globalization;
using System.Security.Cryptography;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Command;

/// <summary>
/// The whole command line around a set of targets: list, run, run all, replay. A program of its own needs one
/// line: <c>return await FuzzCommand.RunAsync(args, targets);</c>. It starts itself again for each target.
/// </summary>
public static class FuzzCommand
{
    /// <summary>Exit code when something was found, or a planted bug was not.</summary>
    public const int ExitFinding = 1;

    /// <summary>Exit code for a command line that makes no sense.</summary>
    public const int ExitUsage = 64;

    /// <summary>Cases within which a planted bug must be found, whatever was asked for the others.</summary>
    public const ulong PlantedBugCases = 200_000;

    private const ulong SecondsDefault = 30;

    /// <summary>Runs a command line.</summary>
    /// <param name="words">Its words, without the name of the program.</param>
    /// <param name="targets">The targets it may name.</param>
    /// <param name="folders">Where inputs are; looked for if null.</param>
    /// <returns>0, <see cref="ExitFinding"/> or <see cref="ExitUsage"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> words, IReadOnlyList<IFuzzTarget> targets, FuzzFolders? folders = null)
    {
        folders ??= FuzzFolders.Find();
        if (!FuzzArguments.TryParse(words, out FuzzArguments arguments, out string error))
            return Fail(error);
        if (arguments.IsHelp)
        {
            Console.Out.WriteLine(FuzzArguments.Usage);
            return 0;
        }

        FuzzOutput output = new(arguments.IsJson, folders);
        if (arguments.IsList)
        {
            output.List(targets);
            return 0;
        }

        if (arguments.IsAll)
            return await RunAllAsync(arguments, targets, folders, output).ConfigureAwait(false);
        string? name = arguments.Target ?? TargetOf(arguments.ReplayFile!);
        IFuzzTarget? target = targets.FirstOrDefault(candidate => candidate.Name == name);
        if (target is null)
            return Fail(arguments.Target is null
                ? $"{arguments.ReplayFile} is in no folder named after a target; name the target"
                : $"there is no target {name}; --list shows them");
        if (arguments.ReplayFile is not null && !File.Exists(arguments.ReplayFile))
            return Fail($"{arguments.ReplayFile}: there is no such file");
        if (arguments.WorkerScratch is not null)
            return FuzzWorker.Run(target, arguments, folders);
        FuzzJob job = arguments.ReplayFile is not null
            ? new FuzzJob(target.Name, 0, folders, "--replay", arguments.ReplayFile)
            : new FuzzJob(target.Name, SeedOf(arguments), folders, Bounds(arguments));
        return await RunJobsAsync([job], [target], output, isReplay: arguments.ReplayFile is not null)
            .ConfigureAwait(false);
    }

    private static Task<int> RunAllAsync(
        FuzzArguments arguments, IReadOnlyList<IFuzzTarget> targets, FuzzFolders folders, FuzzOutput output)
    {
        ulong honest = (ulong)targets.Count(target => !target.HasPlantedBug);
        ulong each = arguments.Count ?? ((arguments.Total!.Value + honest - 1) / Math.Max(1, honest));
        ulong seed = SeedOf(arguments);
        FuzzJob[] jobs =
        [
            .. targets.Select(target => new FuzzJob(
                target.Name, seed, folders, "--count", Text(target.HasPlantedBug ? PlantedBugCases : each))),
        ];
        return RunJobsAsync(jobs, targets, output, isReplay: false);
    }

    private static async Task<int> RunJobsAsync(
        FuzzJob[] jobs, IReadOnlyList<IFuzzTarget> targets, FuzzOutput output, bool isReplay)
    {
        int next = -1;
        async Task WorkAsync()
        {
            while (true)
            {
                int taken = Interlocked.Increment(ref next);
                if (taken >= jobs.Length)
                    return;
                FuzzReport report = await jobs[taken]
                    .RunAsync(cases => output.Progress(jobs[taken], cases)).ConfigureAwait(false);
                output.Report(report, targets[taken].HasPlantedBug && !isReplay, isReplay);
            }
        }

        int workers = Math.Clamp(Environment.ProcessorCount, 1, jobs.Length);
        IEnumerable<Task> running = Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync));
        await Task.WhenAll(running).ConfigureAwait(false);
        return output.Summary(workers) ? 0 : ExitFinding;
    }

    private static string[] Bounds(FuzzArguments arguments)
    {
        List<string> words = [];
        if (arguments.Count is { } count)
            words.AddRange(["--count", Text(count)]);
        if (arguments.Seconds is { } seconds || arguments.Count is null)
            words.AddRange(["--seconds", Text(arguments.Seconds ?? SecondsDefault)]);
        return [.. words];
    }

    private static ulong SeedOf(FuzzArguments arguments) =>
        arguments.Seed ?? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);

    private static string? TargetOf(string file) =>
        Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Fail(string error)
    {
        Console.Error.WriteLine($"fuzz: {error}");
        return ExitUsage;
    }
}
