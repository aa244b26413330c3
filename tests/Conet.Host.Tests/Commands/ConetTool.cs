using System.Diagnostics;
using System.Text.Json;

namespace Conet.Host.Tests.Commands;

/// <summary>The conet program as a user runs it: a process of its own, in a CONET_HOME of its own.</summary>
internal sealed class ConetTool(string home)
{
    private const int PatienceSeconds = 120;

    public string Home { get; } = home;

    /// <summary>
    /// The checkout that these tests were built from; null if they were moved away from it.
    /// </summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>Runs a command to its end.</summary>
    public async Task<Result> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(PatienceSeconds));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"conet {string.Join(' ', arguments)} did not end: {await output} {await error}");
        }

        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a command that goes on.</summary>
    public RunningTool Begin(params string[] arguments) => new(Start(arguments));

    private Process Start(string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "conet.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["CONET_HOME"] = Home;
        start.Environment["CONET_PASSWORD"] = "a password of the tests";
        start.Environment["CONET_ROOT"] = Root ?? string.Empty;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static string? FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Conet.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }

    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Its one line of JSON.</summary>
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;

        /// <summary>Its one line on standard error.</summary>
        public string ErrorLine => Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
