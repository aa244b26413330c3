using System.Diagnostics;

namespace Conet.Host.Tests.Bench;

/// <summary>docs/BENCHMARKS.md says what bench/results says.</summary>
public sealed class BenchmarkPageTests
{
    [SkippableFact]
    public void Tables_and_plots_are_made_from_the_committed_results()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Conet.sln")))
            root = Path.GetDirectoryName(root);
        Skip.If(root is null, "the tests do not run inside a checkout");
        Process? node = TryStart(new ProcessStartInfo("node", ["bench/plot.mjs", "--check"])
        {
            WorkingDirectory = root,
            RedirectStandardError = true,
        });
        Skip.If(node is null, "Node.js is not installed");
        using (node)
        {
            string problems = node.StandardError.ReadToEnd();
            node.WaitForExit();
            Assert.True(node.ExitCode == 0, $"run node bench/plot.mjs: {problems}");
        }
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
