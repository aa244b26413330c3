using System.Diagnostics;
using Conet.Fuzz.Command;
using Conet.Fuzz.Core;
using Conet.Fuzz.Targets;

namespace Conet.Host.Tests.Fuzz;

/// <summary>The targets, the committed inputs, and the program as a process of its own.</summary>
internal static class FuzzFiles
{
    public static readonly FuzzFolders Folders = FuzzFolders.Find();

    public static IFuzzTarget Target(string name) =>
        AllTargets.Create().Single(target => target.Name == name);

    public static FuzzOptions Options(IFuzzTarget target, ulong seed, ulong count) => new()
    {
        Seed = seed,
        Count = count,
        Corpus = [.. Folders.InputsOf(target.Name).Select(File.ReadAllBytes)],
    };

    /// <summary>Runs the program; what it prints is the result.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.FileName = Environment.ProcessPath!;
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(FuzzCommand).Assembly.Location);
        foreach (string word in words)
            start.ArgumentList.Add(word);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await error);
    }
}
