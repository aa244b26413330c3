using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Conet.Host.Tests.Commands;

/// <summary>A conet command that goes on until it is stopped. Keeps what it says.</summary>
internal sealed partial class RunningTool : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public RunningTool(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_lines, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Lines => _lines;

    public string Errors => string.Join('\n', _errors);

    public int Id => _process.Id;

    /// <summary>Waits for a line of standard output, or of standard error.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt, int seconds = 90)
    {
        long until = Environment.TickCount64 + (seconds * 1000L);
        while (Environment.TickCount64 < until)
        {
            if (_lines.Concat(_errors).FirstOrDefault(isIt) is { } line)
                return line;
            if (_process.HasExited)
                break;
            await Task.Delay(20);
        }

        Assert.Fail($"the line did not come; it said: {string.Join('\n', _lines)} / {Errors}");
        return string.Empty;
    }

    /// <summary>Asks it to end, as a supervisor would, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
            Assert.Equal(0, Kill(_process.Id, Terminate));
        return await EndAsync();
    }

    /// <summary>Waits until it ends by itself, and gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Ends it as a crash would.</summary>
    public void Crash() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
