using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Command;

/// <summary>
/// One run of one target in a process of its own, seen from outside: started, watched, and, if it died, its
/// last case taken from the file in which it noted it.
/// </summary>
internal sealed class FuzzJob
{
    private const int PollMilliseconds = 250;
    private const int StandstillMilliseconds = 120_000;
    private const int ErrorLinesMax = 40;

    private readonly string _scratch;
    private readonly string[] _words;
    private readonly Queue<string> _errorLines = new();

    /// <summary>Prepares a job.</summary>
    /// <param name="target">Name of the target.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="folders">Where the scratch file lies.</param>
    /// <param name="words">Further words of the command line.</param>
    public FuzzJob(string target, ulong seed, FuzzFolders folders, params string[] words)
    {
        Target = target;
        Seed = seed;
        Directory.CreateDirectory(folders.Running);
        _scratch = Path.Combine(folders.Running, $"{target}.{Environment.ProcessId}");
        _words =
            [target, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--worker", _scratch, .. words];
    }

    public string Target { get; }

    public ulong Seed { get; }

    /// <summary>Runs it to its end.</summary>
    /// <param name="progress">Gets the number of cases now and then.</param>
    public async Task<FuzzReport> RunAsync(Action<ulong> progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task errors = ReadErrorsAsync(process);
        bool isStuck = false;
        ulong last = 0;
        long lastChange = Environment.TickCount64;
        while (!process.HasExited)
        {
            Task pause = Task.Delay(PollMilliseconds);
            await Task.WhenAny(process.WaitForExitAsync(), pause).ConfigureAwait(false);
            if (CaseScratch.TryRead(_scratch, out ulong index, out _, out _, out _) && index != last)
            {
                last = index;
                lastChange = Environment.TickCount64;
                progress(index);
            }
            else if (Environment.TickCount64 - lastChange > StandstillMilliseconds && !process.HasExited)
            {
                isStuck = true;
                process.Kill();
            }
        }

        await errors.ConfigureAwait(false);
        FuzzReport report = Read(
            await output.ConfigureAwait(false), isStuck, process.ExitCode, clock.Elapsed);
        File.Delete(_scratch);
        return report;
    }

    private Process Start()
    {
        string host = Environment.ProcessPath ?? "dotnet";
        ProcessStartInfo start = new(host)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string word in _words)
            start.ArgumentList.Add(word);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return Process.Start(start)
            ?? throw new InvalidOperationException("The worker process did not start.");
    }

    private async Task ReadErrorsAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (_errorLines.Count < ErrorLinesMax)
                _errorLines.Enqueue(line);
        }
    }

    private FuzzReport Read(string output, bool isStuck, int exitCode, TimeSpan elapsed)
    {
        string line = output.Trim();
        if (line.StartsWith('{'))
        {
            FuzzReport report = JsonSerializer.Deserialize<FuzzReport>(line)!;
            return report.Elapsed == TimeSpan.Zero ? report with { Elapsed = elapsed } : report;
        }

        string errors = string.Join('\n', _errorLines);
        bool isNoted = CaseScratch.TryRead(
            _scratch, out ulong index, out ulong accepted, out GuardSide side, out byte[] input);
        if (!isNoted)
            throw new InvalidOperationException($"The worker of {Target} ended with {exitCode}:\n{errors}");
        FuzzFindingKind kind = isStuck ? FuzzFindingKind.Hang : FuzzFindingKind.Crash;
        string what = isStuck
            ? "the process stood still and was ended"
            : $"the process died with exit code {exitCode}";
        FuzzFinding finding = new(kind, index, side, what, $"{Target}: {what}.\n{errors}", input);
        return new FuzzReport(Target, Seed, index, accepted, elapsed, [finding]);
    }
}
