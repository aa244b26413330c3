using System.Diagnostics;

namespace Conet.Bench.Forward;

/// <summary>Runs short commands of the system.</summary>
internal static class Shell
{
    /// <summary>Runs a command; its exit code, and what it printed.</summary>
    public static (int ExitCode, string Output) Try(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> problems = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + problems.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (-1, error.Message);
        }
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <exception cref="ForwardException">It did not.</exception>
    public static void Run(params string[] command)
    {
        (int exitCode, string output) = Try(command);
        if (exitCode != 0)
            throw new ForwardException($"{string.Join(' ', command)}: {output.Trim().Split('\n')[0]}");
    }
}
