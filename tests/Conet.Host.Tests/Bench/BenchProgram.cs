using System.Diagnostics;

namespace Conet.Host.Tests.Bench;

/// <summary>The built benchmark program, run in a folder of its own outside the source tree.</summary>
internal static class BenchProgram
{
    private static readonly TimeSpan _timeLimit = TimeSpan.FromMinutes(3);

    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        DirectoryInfo here = new(AppContext.BaseDirectory);
        string program = Path.GetFullPath(Path.Combine(
            here.FullName, "..", "..", "Conet.Bench", here.Name, "Conet.Bench.dll"));
        string folder = Directory.CreateTempSubdirectory("conet-bench-").FullName;
        try
        {
            ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (string argument in (string[])["exec", program, .. arguments])
                start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            using CancellationTokenSource limit = new(_timeLimit);
            Task<string> results = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> progress = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Outcome outcome = new(process.ExitCode, Lines(await results), Lines(await progress));
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            return outcome;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How a run ended and what it wrote.</summary>
    internal sealed record Outcome(int ExitCode, string[] Results, string[] Progress);
}
