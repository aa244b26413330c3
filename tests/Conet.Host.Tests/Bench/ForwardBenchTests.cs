using System.Text.Json;

namespace Conet.Host.Tests.Bench;

/// <summary>`./conet bench forward` on loopback, as short as it gets.</summary>
public sealed class ForwardBenchTests
{
    private const int Usage = 64;

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
        Assert.True(row.GetProperty("overload_cells_per_s").GetDouble() > 0);
        foreach (string key in (string[])["lossless_cells_per_s", "cells_per_cpu_s", "p50_us", "spread"])
            Assert.True(row.GetProperty(key).GetDouble() >= 0, key);
    }
}
