using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Conet.Host.Tests.Bench;

/// <summary>`./conet bench forward` on loopback, as short as it gets.</summary>
public sealed partial class ForwardBenchTests
{
    private const int Usage = 64;
    private const double FullRunMinutesMax = 20;

    [Theory]
    [InlineData("--model", "carrier-pigeon")]
    [InlineData("--hops", "0")]
    [InlineData("--sources", "1,,2")]
    [InlineData("--variants", "conet-gro,conet-magic")]
    public async Task A_setting_that_makes_no_sense_is_one_line_that_names_it(string name, string value)
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync("forward", name, value);
        Assert.Equal(Usage, outcome.ExitCode);
        Assert.Empty(outcome.Results);
        Assert.Contains($"{name} {value}", Assert.Single(outcome.Progress));
    }

    [Fact]
    public async Task A_full_run_has_all_the_loads_and_ends_in_time()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync("forward", "--peers", "--plan");
        Assert.Equal(0, outcome.ExitCode);
        string[] loads =
        [
            "1 source, 1 hop, 5 rounds", "1 source, 16 hops", "1 source, 256 hops", "1 source, 4096 hops",
            "16 sources, 1 hop", "1024 sources, 1 hop", "1024 sources, 4096 hops",
        ];
        foreach (string load in loads)
            Assert.Contains(outcome.Results, line => line.StartsWith(load));
        Match minutes = Minutes().Match(outcome.Results[loads.Length]);
        double expected = double.Parse(minutes.Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(
            expected <= FullRunMinutesMax || outcome.Results[^1] == "at most 20, with fewer rounds",
            $"{expected} minutes");
    }

    [Fact]
    public async Task A_peer_that_is_not_installed_is_named_with_its_package()
    {
        string[] peers = ["coturn", "nginx", "rinetd", "socat", "yggdrasil", "wireguard-go", "tinc"];
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "forward", "--plan", "--variants", string.Join(',', peers));
        string measured = outcome.Results[0];
        foreach (string peer in peers)
        {
            bool isLeftOut = outcome.Progress.Any(line => line.StartsWith($"bench: {peer} is left out: "));
            Assert.NotEqual(isLeftOut, Regex.IsMatch(measured, $@"[:,] {peer}(,|$)"));
        }

        BenchProgram.Outcome without = await BenchProgram.RunAsync("forward", "--plan");
        Assert.DoesNotContain("coturn", string.Concat(without.Results) + string.Concat(without.Progress));
    }

    [Fact]
    public async Task Every_combination_of_sources_and_hops_is_measured()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "forward", "--plan", "--model", "loopback", "--sources", "1,16", "--hops", "2,3", "--rounds", "1",
            "--variants", "conet-socket,kernel");
        string[] loads = ["1 source, 2 hops", "1 source, 3 hops", "16 sources, 2 hops", "16 sources, 3 hops"];
        Assert.Equal(loads.Select(load => $"{load}, 1 round: conet-socket"), outcome.Results[..loads.Length]);
        Assert.Contains("bench: kernel is left out: it needs namespaces", outcome.Progress);
    }

    [Fact]
    public async Task Every_cell_that_a_forwarder_delivers_is_right_and_nothing_is_allocated()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "forward", "--quick", "--json", "--model", "loopback", "--sources", "4", "--hops", "3",
            "--routes", "1000", "--rounds", "1", "--variants", "conet-socket");
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.Progress));
        JsonElement row = JsonDocument.Parse(Assert.Single(outcome.Results)).RootElement;
        Assert.Equal("conet-socket", row.GetProperty("variant").GetString());
        Assert.Equal("loopback", row.GetProperty("model").GetString());
        Assert.Equal(4, row.GetProperty("sources").GetInt32());
        Assert.Equal(3, row.GetProperty("hops").GetInt32());
        Assert.Equal(1000, row.GetProperty("routes").GetInt32());
        Assert.Equal(1, row.GetProperty("rounds").GetInt32());
        Assert.Equal(0, row.GetProperty("bytes_allocated").GetInt64());
        Assert.Equal(0, row.GetProperty("faulty_cells").GetInt64());
        Assert.False(row.GetProperty("peer").GetBoolean());
        Assert.True(row.GetProperty("overload_cells_per_s").GetDouble() > 0);
        Assert.True(
            row.GetProperty("lossless_01_cells_per_s").GetDouble()
            <= row.GetProperty("lossless_cells_per_s").GetDouble());
        Assert.Contains(row.EnumerateObject(), field => field.Name == "generator_bound");
        foreach (string key in (string[])["cells_per_cpu_s", "spread"])
            Assert.True(row.GetProperty(key).GetDouble() >= 0, key);
        AssertLatencies(row, "_at_1000_per_s");
    }

    [SkippableFact]
    public async Task Cells_come_through_the_forwarder_in_c_and_without_any()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "forward", "--quick", "--json", "--model", "loopback", "--routes", "1000", "--rounds", "1",
            "--variants", "direct,c-mmsg");
        Skip.If(outcome.Progress.Any(line => line.Contains("gcc is not installed")), "gcc is not installed");
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.Progress));
        JsonElement[] rows = [.. outcome.Results.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["direct", "c-mmsg"], rows.Select(row => row.GetProperty("variant").GetString()));
        Assert.Contains("no forwarder", rows[0].GetProperty("note").GetString());
        foreach (JsonElement row in rows)
        {
            Assert.True(row.GetProperty("overload_cells_per_s").GetDouble() > 0);
            Assert.True(row.GetProperty("headroom_cells_per_s").GetDouble() > 0);
        }
    }

    private static void AssertLatencies(JsonElement row, string suffix)
    {
        double[] times =
        [
            .. ((string[])["p50", "p99", "p999"])
                .Select(name => row.GetProperty($"{name}{suffix}_us").GetDouble()),
        ];
        Assert.True(times[0] > 0);
        Assert.Equal(times.Order(), times);
    }

    [GeneratedRegex(@"^about ([0-9.]+) minutes$")]
    private static partial Regex Minutes();
}
