using System.Diagnostics;
using System.Text.Json;
using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward;

/// <summary>
/// A running tool of Conet.LoadGen, or another program that says "ready" and ends with its input.
/// </summary>
internal sealed class ToolProcess : IDisposable
{
    private static readonly TimeSpan _endTime = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _name;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="ForwardException">It does not start.</exception>
    public ToolProcess(string name, string[] command)
    {
        _name = name;
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ForwardException($"{name} cannot be started: {error.Message}");
        }

        if (_process.StandardOutput.ReadLine() == "ready")
            return;
        Dispose();
        throw new ForwardException($"{name} did not start");
    }

    /// <summary>Its process id. The programs before it on the command line became it.</summary>
    public int Id => _process.Id;

    /// <summary>A tool of Conet.LoadGen as a command.</summary>
    public static string[] LoadGen(string tool, params string[] arguments) =>
        ["dotnet", "exec", typeof(SendReport).Assembly.Location, tool, .. arguments];

    /// <summary>Gives an order and waits for the answer.</summary>
    /// <exception cref="ForwardException">It ended instead.</exception>
    public T Ask<T>(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new ForwardException($"{_name} ended in the middle of the run");
        return JsonSerializer.Deserialize<T>(answer, ToolJson.Options)
            ?? throw new ForwardException($"{_name} answered nothing");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(_endTime))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
