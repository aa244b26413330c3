using System.Diagnostics;
using System.Xml.Linq;

namespace Conet.Host.Tests.Bench;

/// <summary>Plots, and the tables of docs/BENCHMARKS.md, say what they were made from.</summary>
public sealed class BenchmarkPageTests
{
    private static readonly string[] _blocks =
        ["forward-machine", "forward-plots", "forward-ratios", "forward-table"];

    [SkippableTheory]
    [InlineData("bench/plot.mjs")]
    [InlineData("bench/plot-scaling.mjs")]
    public void Tables_and_plots_are_made_from_the_committed_results(string script)
    {
        (int exitCode, string problems) = Plot(script, "--check");
        Assert.True(exitCode == 0, $"run ./conet bench report, or node {script}: {problems}");
    }

    [SkippableFact]
    public void A_run_of_forward_becomes_tables_ratios_and_plots()
    {
        string folder = Directory.CreateTempSubdirectory("conet-report-").FullName;
        try
        {
            string results = Directory.CreateDirectory(Path.Combine(folder, "bench", "results")).FullName;
            string docs = Directory.CreateDirectory(Path.Combine(folder, "docs")).FullName;
            string page = Path.Combine(docs, "BENCHMARKS.md");
            string text = string.Concat(
                _blocks.Select(name => $"<!-- {name}:begin -->\n<!-- {name}:end -->\n"));
            File.WriteAllText(page, $"before\n{text}after\n");
            File.WriteAllLines(Path.Combine(results, "forward.jsonl"), ForwardFixture.Lines);

            (int exitCode, string problems) = Plot("bench/plot.mjs", "--root", folder);
            Assert.True(exitCode == 0, problems);
            string written = File.ReadAllText(page);
            Assert.StartsWith("before\n", written);
            Assert.EndsWith("after\n", written);
            Assert.Contains("| 1 source, 1 next hop | 1.00 | 8.00 | 0.57 * | 10 | 1.00 |", written);
            Assert.Contains("| 1 source, 16 next hops | 1.00 | 6.40 |  |  | 0.80 |", written);
            Assert.Contains("| kernel-gro \\* | 1.4 M |", written);
            Assert.Contains("**1 source, 16 next hops**, 2 rounds", written);
            Assert.Contains("- `coturn`: one channel.", written);
            AssertPlot(docs, "forward-rates.svg", "conet-gro", "800 k", "coturn", "or more: generator-bound");
            AssertPlot(docs, "forward-latency.svg", "at 1 000 cells a second", "20 us / 50 us");
            AssertPlot(docs, "forward-hops.svg", "next hops", "conet-gro 640 k");
            Assert.Equal(0, Plot("bench/plot.mjs", "--root", folder, "--check").ExitCode);

            File.AppendAllText(page, "by hand\n");
            File.WriteAllText(page, File.ReadAllText(page).Replace("8.00", "9.00"));
            Assert.Equal(1, Plot("bench/plot.mjs", "--root", folder, "--check").ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static void AssertPlot(string docs, string name, params string[] words)
    {
        string text = File.ReadAllText(Path.Combine(docs, "plots", name));
        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] said = [.. XDocument.Parse(text).Descendants(svg + "text").Select(element => element.Value)];
        foreach (string word in words)
            Assert.Contains(said, line => line.Contains(word));
        Assert.DoesNotContain("NaN", text);
        Assert.DoesNotContain("undefined", text);
    }

    internal static (int ExitCode, string Problems) Plot(params string[] arguments)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Conet.sln")))
            root = Path.GetDirectoryName(root);
        Skip.If(root is null, "the tests do not run inside a checkout");
        Process? node = TryStart(new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = root,
            RedirectStandardError = true,
        });
        Skip.If(node is null, "Node.js is not installed");
        using (node)
        {
            string problems = node.StandardError.ReadToEnd();
            node.WaitForExit();
            return (node.ExitCode, problems);
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
