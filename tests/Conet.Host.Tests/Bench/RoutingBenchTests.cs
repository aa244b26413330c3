using System.Text.Json;

namespace Conet.Host.Tests.Bench;

/// <summary>`./conet bench routing`, small, and the page that is made from it.</summary>
public sealed class RoutingBenchTests
{
    private const int Usage = 64;

    private static readonly string[] _blocks =
        ["routing-machine", "routing-ratios", "routing-table", "routing-growth"];

    [Theory]
    [InlineData("--routes", "0")]
    [InlineData("--routes", "1000,many")]
    [InlineData("--routes", "4294967296")]
    [InlineData("--rounds", "0")]
    public async Task A_mistake_is_one_line_that_names_the_option(string option, string value)
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync("routing", option, value);
        Assert.Equal(Usage, outcome.ExitCode);
        Assert.Empty(outcome.Results);
        Assert.Contains(option, Assert.Single(outcome.Progress));
    }

    [SkippableFact]
    public async Task Every_structure_is_measured_finds_the_same_and_becomes_a_page()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "routing", "--quick", "--json", "--routes", "1000,20000", "--rounds", "2");
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.Progress));
        JsonElement[] rows = [.. outcome.Results.Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] lookUps = [.. rows.Where(row => row.TryGetProperty("load", out _))];
        bool hasReference = !outcome.Progress.Any(line => line.Contains("without gcc"));
        AssertLookUps(lookUps, hasReference);
        foreach (string mode in (string[])["update", "load", "snapshot", "snapshot-write", "chain", "proof"])
        {
            JsonElement[] work = [.. rows.Where(row => row.GetProperty("mode").GetString() == mode)];
            Assert.Equal([1_000, 20_000], work.Select(row => row.GetProperty("routes").GetInt64()));
            Assert.All(work, row => Assert.True(row.GetProperty("seconds").GetDouble() > 0));
        }

        AssertPage(outcome.Results);
    }

    private static void AssertLookUps(JsonElement[] rows, bool hasReference)
    {
        string[] expected =
        [
            .. from structure in (string[])["trie", "c-ref", "flat", "dictionary", "frozen"]
               where hasReference || structure != "c-ref"
               from mode in (string[])["single", "batched"]
               where mode == "single" || structure is not ("dictionary" or "frozen")
               select $"{structure} {mode}",
        ];
        foreach (var group in rows.GroupBy(
            row => (row.GetProperty("routes").GetInt64(), row.GetProperty("load").GetString())))
        {
            Assert.Equal(
                expected.Order(),
                group.Select(row => $"{row.GetProperty("structure")} {row.GetProperty("mode")}").Order());
        }

        var loads = rows.Select(row => (row.GetProperty("routes").GetInt64(), $"{row.GetProperty("load")}"));
        Assert.Equal(4, loads.Distinct().Count());
        foreach (JsonElement row in rows)
        {
            Assert.InRange(row.GetProperty("lookups_per_s").GetDouble(), 1_000, 1e10);
            Assert.InRange(row.GetProperty("bytes_per_route").GetDouble(), 10, 1_000);
            Assert.Equal(0, row.GetProperty("bytes_allocated").GetInt64());
            Assert.Equal(2, row.GetProperty("rounds").GetInt32());
        }
    }

    private static void AssertPage(string[] lines)
    {
        string folder = Directory.CreateTempSubdirectory("conet-report-").FullName;
        try
        {
            string results = Directory.CreateDirectory(Path.Combine(folder, "bench", "results")).FullName;
            string docs = Directory.CreateDirectory(Path.Combine(folder, "docs")).FullName;
            string page = Path.Combine(docs, "BENCHMARKS.md");
            File.WriteAllText(page, string.Concat(
                _blocks.Select(name => $"<!-- {name}:begin -->\n<!-- {name}:end -->\n")));
            File.WriteAllLines(Path.Combine(results, "routing.jsonl"), lines);
            (int exitCode, string problems) = BenchmarkPageTests.Plot("bench/plot.mjs", "--root", folder);
            Assert.True(exitCode == 0, problems);
            string written = File.ReadAllText(page);
            Assert.Contains("| 20 k | hits |", written);
            Assert.Contains("| trie, batched |", written);
            Assert.Contains("| own snapshot | 20 k |", written);
            Assert.DoesNotContain("NaN", written);
            Assert.DoesNotContain("undefined", written);
            BenchmarkPageTests.AssertPlot(docs, "routing-lookups.svg", "trie, batched", "Dictionary", "20 k");
            BenchmarkPageTests.AssertPlot(docs, "routing-growth.svg", "own snapshot", "changes");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
