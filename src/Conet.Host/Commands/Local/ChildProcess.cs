using System.Diagnostics;

namespace Conet.Host.Commands.Local;

/// <summary>
/// A program that `conet up` runs. Its output goes to a log file; its standard input stays open as long as
/// this process lives, so that it can end itself when this one is killed. Dispose it to stop it.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LogLinesShown = 3;

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lastLines = new();
    private volatile bool _isStopping;

    private ChildProcess(string name, Process process, StreamWriter log)
    {
        Name = name;
        _process = process;
        _log = log;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it wrote, as one.</summary>
    public string LastLines
    {
        get
        {
            lock (_gate)
                return string.Join(" / ", _lastLines);
        }
    }

    /// <summary>Starts a program.</summary>
    /// <exception cref="CommandException">It cannot be started.</exception>
    /// <param name="name">What messages call it.</param>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="logPath">Where its output goes.</param>
    /// <param name="environment">Variables it gets besides those of this process.</param>
    public static ChildProcess Start(
        string name,
        string file,
        IEnumerable<string> arguments,
        string logPath,
        params ReadOnlySpan<(string Name, string Value)> environment)
    {
        ProcessStartInfo start = new(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string variable, string value) in environment)
            start.Environment[variable] = value;
        try
        {
            StreamWriter log = new(logPath, append: false) { AutoFlush = true };
            Process process = Process.Start(start)
                ?? throw new CommandException(ExitCode.Unavailable, $"{name}: {file} did not start");
            ChildProcess child = new(name, process, log);
            process.OutputDataReceived += (_, line) => child.Keep(line.Data);
            process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return child;
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or IOException)
        {
            throw new CommandException(
                ExitCode.Unavailable, $"{name}: {file} cannot be started: {fault.Message}", fault);
        }
    }

    /// <summary>One line if it ended although nobody stopped it; else null.</summary>
    public string? Fault() => HasExited && !_isStopping
        ? $"{Name} ended with code {_process.ExitCode}: {LastLines}"
        : null;

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using CancellationTokenSource patience = new(HostLimits.StopMilliseconds);
            try
            {
                await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }

        _process.Dispose();
        lock (_gate)
            _log.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            if (_isStopping)
                return;
            _log.WriteLine(line);
            _lastLines.Enqueue(CommandOutput.Harmless(line));
            if (_lastLines.Count > LogLinesShown)
                _lastLines.Dequeue();
        }
    }
}
