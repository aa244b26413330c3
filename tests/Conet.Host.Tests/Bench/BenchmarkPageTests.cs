using System.Diagnostics;

namespace Conet.Host.Tests.Bench;

/// <summary>Plots, and the tables of docs/BENCHMARKS.md, say what they were made from.</summary>
public sealed class BenchmarkPageTests
{
    [SkippableTheory]
    [InlineData("bench/plot.mjs")]
    [InlineData("bench/plot-scaling.mjs")]
    public void Tables_and_plots_are_made_from_the_committed_results(string script)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Conet.sln")))
            root = Path.GetDirectoryName(root);
        Skip.If(root is null, "the tests do not run inside a checkout");
        Process? node = TryStart(new ProcessStartInfo("node", [script, "--check"])
        {
            WorkingDirectory = root,
            RedirectStandardError = true,
        });
        Skip.If(node is null, "Node.js is not installed");
        using (node)
        {
            string problems = node.StandardError.ReadToEnd();
            node.WaitForExit();
            Assert.True(node.ExitCode == 0, $"run node {script}: {problems}");
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
