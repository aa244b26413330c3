using System.Text.Json;

namespace Conet.Host.Tests.Bench;

/// <summary>`./conet bench` as a user meets it.</summary>
public sealed class BenchCommandTests
{
    private const int Usage = 64;

    [Fact]
    public async Task Without_a_name_it_lists_the_benchmarks()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync();
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(outcome.Results, line => line.TrimStart().StartsWith("wire "));
        Assert.Empty(outcome.Progress);
    }

    [Theory]
    [InlineData("wir", "wir")]
    [InlineData("--fast", "wire", "--fast")]
    [InlineData("--case", "wire", "--case")]
    [InlineData("no such case", "wire", "--quick", "--json", "--case", "no such case")]
    public async Task A_mistake_is_one_line_that_names_it(string named, params string[] arguments)
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(arguments);
        Assert.Equal(Usage, outcome.ExitCode);
        Assert.Empty(outcome.Results);
        Assert.Contains(named, Assert.Single(outcome.Progress));
    }

    [Fact]
    public async Task Json_is_one_object_a_line_with_the_units_in_the_keys()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync(
            "wire", "--quick", "--json", "--case", "keccak 64 bytes");
        Assert.Equal(0, outcome.ExitCode);
        JsonElement[] rows = [.. outcome.Results.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, rows.Length);
        Assert.True(rows[0].GetProperty("vector_bits").GetInt32() >= 128);
        Assert.Equal(0, rows[1].GetProperty("vector_bits").GetInt32());
        foreach (JsonElement row in rows)
        {
            Assert.Equal("keccak", row.GetProperty("benchmark").GetString());
            Assert.Equal("64 bytes", row.GetProperty("case").GetString());
            double nanoseconds = row.GetProperty("ns_per_hash").GetDouble();
            Assert.InRange(nanoseconds, 50, 1_000_000);
            double hashes = row.GetProperty("hashes_per_s").GetDouble();
            Assert.InRange(hashes * nanoseconds / 1e9, 0.999, 1.001);
            Assert.Equal(0, row.GetProperty("bytes_allocated_per_hash").GetDouble());
            Assert.InRange(row.GetProperty("rounds").GetInt32(), 1, 100);
            Assert.True(row.GetProperty("error_ns").GetDouble() >= 0);
            Assert.True(row.GetProperty("quick").GetBoolean());
            Assert.Contains(".NET", row.GetProperty("machine").GetString());
        }
    }

    [Fact]
    public async Task The_gate_finds_nothing_that_allocates_and_shows_that_it_could()
    {
        BenchProgram.Outcome outcome = await BenchProgram.RunAsync("wire", "--gate");
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.Results));
        foreach (string area in (string[])["parse", "look-up", "forward", "worker on loopback", "self-check"])
            Assert.Contains(outcome.Results, line => line.StartsWith($"ok    {area}: "));
        Assert.Contains(outcome.Results, line => line.Contains("dropped, crossed route: 0 bytes over "));
    }
}
