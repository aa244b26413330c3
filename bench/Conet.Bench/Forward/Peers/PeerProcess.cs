using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// A program of somebody else. It ends with this process, however that ends, and it is not killed before it
/// had time to end by itself.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private const int StepMs = 50;
    private const int LinesMax = 200;

    private static readonly TimeSpan _readyTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _endTime = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly string _name;
    private readonly Queue<string> _said = new();

    /// <summary>Starts it.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="place">Makes a command one that runs at its place in the topology.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <exception cref="ForwardException">It does not start.</exception>
    public PeerProcess(string name, Func<string[], string[]> place, params string[] command)
    {
        _name = name;
        string[] full = place(["setpriv", "--pdeathsig", "KILL", .. command]);
        ProcessStartInfo start = new(full[0], full[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new ForwardException($"{name} cannot be started: {error.Message}");
        }

        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process id. The programs before it on the command line became it.</summary>
    public int Id => _process.Id;

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="ForwardException">It does not, or the program ended.</exception>
    public void WaitUntil(Func<bool> holds, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (_process.HasExited)
                throw new ForwardException($"{_name} ended at once{Said()}");
            if (clock.Elapsed > _readyTime)
                throw new ForwardException($"{_name}: {what} did not come about{Said()}");
            Thread.Sleep(StepMs);
        }
    }

    /// <summary>Waits until it has bound a UDP port.</summary>
    public void WaitForUdp(int port) => WaitUntil(() => HasBound("udp", port), $"UDP port {port}");

    /// <summary>Waits until it listens on a TCP port.</summary>
    public void WaitForTcp(int port) => WaitUntil(() => HasBound("tcp", port), $"TCP port {port}");

    public void Dispose()
    {
        if (!_process.HasExited)
            Shell.Try("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}"));
        if (!_process.WaitForExit(_endTime))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>As the process's own namespace has it.</summary>
    private bool HasBound(string protocol, int port)
    {
        string wanted = $":{port:X4} ";
        return ((string[])[protocol, $"{protocol}6"])
            .Select(name => $"/proc/{_process.Id}/net/{name}")
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Any(line => line.Contains(wanted, StringComparison.Ordinal));
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_said)
        {
            _said.Enqueue(line.Trim());
            if (_said.Count > LinesMax)
                _said.Dequeue();
        }
    }

    private string Said()
    {
        lock (_said)
            return _said.Count == 0 ? "" : $": {_said.Last()}";
    }
}
