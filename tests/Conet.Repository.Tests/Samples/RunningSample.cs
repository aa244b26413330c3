using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Samples;

/// <summary>A sample as a process of its own, what it says, and Ctrl-C for it.</summary>
internal sealed partial class RunningSample : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    public RunningSample(string dll, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["exec", dll, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    [GeneratedRegex(@"^clients at (\S+:\d+)")]
    private static partial Regex ListensAt { get; }

    [GeneratedRegex(@"^forwarded (\d+), dropped (\d+)$")]
    private static partial Regex Counters { get; }

    public int Id => _process.Id;

    /// <summary>A sample of this repository, as it was built.</summary>
    public static RunningSample Of(string name, params string[] arguments) => new(
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, $"../../{name}/release/{name}.dll")),
        arguments);

    /// <summary>Where it takes cells of clients.</summary>
    public IPEndPoint Listening() => IPEndPoint.Parse(WaitFor(ListensAt).Groups[1].Value.TrimEnd(','));

    /// <summary>Waits until it says that it forwarded and dropped that much, and no more.</summary>
    public void WaitForCounters(int forwarded, int dropped)
    {
        Stopwatch waited = Stopwatch.StartNew();
        (int, int) said = default;
        while (said != (forwarded, dropped))
        {
            Assert.True(
                waited.Elapsed < _patience && !_process.HasExited,
                $"it should say {(forwarded, dropped)}; it said {string.Join('\n', _lines)}");
            Thread.Sleep(20);
            Match last = _lines.Select(line => Counters.Match(line))
                .LastOrDefault(match => match.Success, Match.Empty);
            if (last.Success)
                said = (Number(last.Groups[1]), Number(last.Groups[2]));
        }
    }

    /// <summary>Presses Ctrl-C, waits for the end, and gives the exit code.</summary>
    public int Interrupt()
    {
        Assert.Equal(0, Tool.Run("kill", "-INT", $"{_process.Id}").ExitCode);
        Assert.True(_process.WaitForExit(_patience), "it goes on after Ctrl-C");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static int Number(Group text) => int.Parse(text.Value, CultureInfo.InvariantCulture);

    private Match WaitFor(Regex wanted)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            Match? found = _lines.Select(line => wanted.Match(line)).FirstOrDefault(match => match.Success);
            if (found is not null)
                return found;
            Assert.True(
                waited.Elapsed < _patience && !_process.HasExited,
                $"{wanted} should come; it said {string.Join('\n', _lines)}");
            Thread.Sleep(20);
        }
    }
}
