using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Conet.Host.Tests.Interop;

/// <summary>
/// A program of tests/interop, run by Node.js. Its standard output is read as one JSON object a line. Tests
/// that need it are skipped, with the reason, on a machine without Node.js 20.
/// </summary>
internal sealed class NodeProgram : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly string _folder = Path.Combine(FindRoot(), "tests", "interop");
    private static readonly Lazy<string?> _missing = new(FindMissing);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _seen = [];

    private NodeProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Why no program can be run here, or null.</summary>
    public static string? Missing => _missing.Value;

    public static NodeProgram Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(_folder, script));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return new NodeProgram(Process.Start(start)!);
    }

    /// <summary>Runs a program to its end; its whole output as bytes.</summary>
    public static async Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(
        byte[] input, string script, params string[] arguments)
    {
        using NodeProgram program = Start(script, arguments);
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(2));
        using MemoryStream output = new();
        Task copied = program._process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
        await program._process.StandardInput.BaseStream.WriteAsync(input, timeout.Token);
        program._process.StandardInput.Close();
        await copied;
        await program._process.WaitForExitAsync(timeout.Token);
        return (program._process.ExitCode, output.ToArray(), await program._errors);
    }

    /// <summary>Reads on to the next event of that name; other events before it are passed over.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        using CancellationTokenSource timeout = new(_patience);
        while (true)
        {
            string? line;
            try
            {
                line = await _process.StandardOutput.ReadLineAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no {name} after: {string.Join('\n', _seen)}");
            }

            if (line is null)
                throw new InvalidOperationException(
                    $"the program ended before {name}: {string.Join('\n', _seen)}\n{await _errors}");
            _seen.Add(line);
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("event").GetString() == name)
                return json.RootElement.Clone();
        }
    }

    public async Task<int> ExitAsync()
    {
        using CancellationTokenSource timeout = new(_patience);
        await _process.StandardOutput.ReadToEndAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string? FindMissing()
    {
        try
        {
            using Process version = Process.Start(
                new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            string text = version.StandardOutput.ReadToEnd().Trim();
            version.WaitForExit();
            return int.TryParse(text.TrimStart('v').Split('.')[0], out int major) && major >= 20
                ? null
                : $"Node.js 20 is needed; this is {text}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node.js is not installed";
        }
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Conet.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Conet.sln is in no folder above the test.");
    }
}
