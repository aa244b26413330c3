using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Command;

/// <summary>What is printed: a line for each target, its findings below, and the sum. Any thread.</summary>
internal sealed class FuzzOutput(bool isJson, FuzzFolders folders)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, (ulong Cases, long Since)> _running = [];
    private readonly bool _isTerminal = !Console.IsErrorRedirected && !isJson;
    private int _passed;
    private int _failed;
    private ulong _cases;

    public void List(IReadOnlyList<IFuzzTarget> targets)
    {
        int width = targets.Max(target => target.Name.Length);
        foreach (IFuzzTarget target in targets)
        {
            Console.Out.WriteLine(isJson
                ? JsonSerializer.Serialize(new
                {
                    target = target.Name,
                    summary = target.Summary,
                    planted_bug = target.HasPlantedBug,
                })
                : $"{target.Name.PadRight(width)}  {target.Summary}");
        }
    }

    public void Progress(FuzzJob job, ulong cases)
    {
        if (!_isTerminal)
            return;
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (!_running.TryGetValue(job.Target, out (ulong Cases, long Since) started))
                _running[job.Target] = started = (cases, now);
            double rate = 1000.0 * (cases - started.Cases) / Math.Max(1, now - started.Since);
            Console.Error.Write(
                $"\r\e[K{job.Target}: {Number(cases)} cases, {Number((ulong)rate)}/s (seed {job.Seed})");
        }
    }

    /// <summary>Prints what came of a target.</summary>
    /// <param name="report">What came of it.</param>
    /// <param name="mustFind">True if it passes only with a finding.</param>
    /// <param name="isReplay">True if one file was replayed.</param>
    public void Report(FuzzReport report, bool mustFind, bool isReplay)
    {
        lock (_lock)
        {
            if (_isTerminal)
                Console.Error.Write("\r\e[K");
            bool isFound = report.Findings.Count > 0;
            bool hasPassed = isFound == mustFind;
            _passed += hasPassed ? 1 : 0;
            _failed += hasPassed ? 0 : 1;
            _cases += report.Cases;
            List<(FuzzFinding Finding, string? Path)> findings =
            [
                .. report.Findings.Select(
                    finding => (finding, isReplay ? null : folders.Save(report.Target, finding))),
            ];
            if (isJson)
                PrintJson(report, mustFind, hasPassed, findings);
            else
                PrintText(report, mustFind, hasPassed, findings);
        }
    }

    /// <summary>Prints the sum; true if all passed.</summary>
    public bool Summary(int workers)
    {
        double seconds = _clock.Elapsed.TotalSeconds;
        if (isJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                passed = _passed,
                failed = _failed,
                cases = _cases,
                seconds = Math.Round(seconds, 2),
            }));
            return _failed == 0;
        }

        Console.Out.WriteLine(Invariant($"{Number(_cases)} cases in {seconds:F1} s, {workers} at a time"));
        Console.Out.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0;
    }

    private static void PrintJson(
        FuzzReport report,
        bool mustFind,
        bool hasPassed,
        List<(FuzzFinding Finding, string? Path)> findings) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(new
        {
            target = report.Target,
            passed = hasPassed,
            planted_bug = mustFind,
            seed = report.Seed,
            cases = report.Cases,
            accepted = report.Accepted,
            seconds = Math.Round(report.Elapsed.TotalSeconds, 3),
            findings = findings.Select(found => new
            {
                kind = found.Finding.Kind.ToString().ToLowerInvariant(),
                @case = found.Finding.CaseIndex,
                guard = found.Finding.Side.ToString(),
                file = found.Path,
                message = found.Finding.Message,
            }),
        }));

    private static void PrintText(
        FuzzReport report, bool mustFind, bool hasPassed, List<(FuzzFinding Finding, string? Path)> findings)
    {
        string verdict = (mustFind, hasPassed) switch
        {
            (true, true) => $"ok, the planted bug was found (seed {report.Seed})",
            (true, false) => $"FAILED, the planted bug was not found (seed {report.Seed})",
            (false, true) => $"ok (seed {report.Seed})",
            (false, false) => $"FAILED (seed {report.Seed})",
        };
        double share = report.Cases == 0 ? 0 : 100.0 * report.Accepted / report.Cases;
        string counts = Invariant(
            $"{report.Target,-20} {Number(report.Cases),11} cases {share,5:F1} % accepted");
        Console.Out.WriteLine(Invariant($"{counts} {report.Elapsed.TotalSeconds,6:F1} s  {verdict}"));
        foreach ((FuzzFinding finding, string? path) in findings)
        {
            Console.Out.WriteLine($"  {finding.Kind} at case {finding.CaseIndex}, guarded {finding.Side}");
            if (path is not null)
                Console.Out.WriteLine($"  input in {path}; again: ./conet fuzz --replay {path}");
            if (hasPassed)
                continue;
            foreach (string line in finding.Message.Split('\n'))
                Console.Out.WriteLine("    " + line.TrimEnd());
        }
    }

    private static string Number(ulong value) =>
        value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
