using System.Diagnostics;
using System.Text.Json;
using Conet.Bench.Results;

namespace Conet.Bench.Wire;

/// <summary>The same program with vectors turned off, which only a new process can be.</summary>
internal static class ScalarProcess
{
    private const string SwitchVariable = "DOTNET_EnableHWIntrinsic";

    /// <summary>
    /// Measures the questions that use vectors, without them. Empty, and said why, if that fails.
    /// </summary>
    public static IReadOnlyList<Measurement> Measure(BenchOptions options, TextWriter progress)
    {
        ProcessStartInfo start = new(Environment.ProcessPath ?? "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(typeof(ScalarProcess).Assembly.Location);
        }

        foreach (string argument in (string[])["wire", "--scalar", "--json", "--case", options.Case])
            start.ArgumentList.Add(argument);
        if (options.Quick)
            start.ArgumentList.Add("--quick");
        start.Environment[SwitchVariable] = "0";
        using Process? process = Process.Start(start);
        string output = process?.StandardOutput.ReadToEnd() ?? "";
        process?.WaitForExit();
        try
        {
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length == 0)
                progress.WriteLine($"bench: the run without vectors measured nothing ({process?.ExitCode})");
            return [.. lines.Select(line => MeasurementJson.Parse(line) with { IsBaseline = false })];
        }
        catch (JsonException error)
        {
            progress.WriteLine($"bench: the run without vectors failed: {error.Message}");
            return [];
        }
    }
}
