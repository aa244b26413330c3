using System.Text.Json;
using Conet.Fuzz.Core;
using Conet.Fuzz.Targets;

namespace Conet.Host.Tests.Fuzz;

public sealed class FuzzCommandTests
{
    [SkippableFact]
    public async Task A_read_beyond_the_input_ends_the_process_and_the_input_is_kept()
    {
        using GuardedInput probe = new(1);
        Skip.IfNot(probe.IsGuarded, "this system has no guard pages");
        JsonElement result = await RunTargetAsync("canary-overread");
        JsonElement finding = result.GetProperty("findings")[0];
        Assert.Equal("crash", finding.GetProperty("kind").GetString());
        Assert.Equal("AfterEnd", finding.GetProperty("guard").GetString());
        await AssertReplayedAsync("canary-overread", finding.GetProperty("file").GetString()!, "Crash");
    }

    [Fact]
    public async Task A_case_that_does_not_end_is_found_and_kept()
    {
        JsonElement result = await RunTargetAsync("canary-hang");
        JsonElement finding = result.GetProperty("findings")[0];
        Assert.Equal("hang", finding.GetProperty("kind").GetString());
        await AssertReplayedAsync("canary-hang", finding.GetProperty("file").GetString()!, "Hang");
    }

    [Fact]
    public async Task A_good_target_passes_and_prints_the_sum_last()
    {
        (int code, string output, _) = await FuzzFiles.RunAsync("rlp", "--count", "3000", "--seed", "5");
        Assert.Equal(0, code);
        Assert.Contains("3 000 cases", output);
        Assert.EndsWith("1 passed, 0 failed\n", output);
        (code, output, _) = await FuzzFiles.RunAsync("rlp", "--count", "3000", "--seed", "5", "--json");
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal((0, 2), (code, lines.Length));
        JsonElement target = JsonDocument.Parse(lines[0]).RootElement;
        Assert.True(target.GetProperty("passed").GetBoolean());
        Assert.Equal(3_000, target.GetProperty("cases").GetInt32());
        Assert.Equal(1, JsonDocument.Parse(lines[1]).RootElement.GetProperty("passed").GetInt32());
    }

    [Fact]
    public async Task The_list_names_every_target()
    {
        (int code, string output, _) = await FuzzFiles.RunAsync("--list");
        Assert.Equal(0, code);
        string[] names = [.. output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0])];
        Assert.Equal(AllTargets.Create().Select(target => target.Name), names);
    }

    [Theory]
    [InlineData("name a target")]
    [InlineData("there is no target nothing", "nothing")]
    [InlineData("unknown option --sed", "rlp", "--sed", "1")]
    [InlineData("--count needs a whole number", "rlp", "--count", "many")]
    [InlineData("--count needs a whole number", "rlp", "--count", "0")]
    [InlineData("--seed needs a whole number", "rlp", "--seed")]
    [InlineData("one target at a time", "rlp", "abi")]
    [InlineData("--all needs either --count or --total", "--all")]
    [InlineData("--all needs either --count or --total", "--all", "--count", "1", "--total", "1")]
    [InlineData("--total goes with --all", "rlp", "--total", "1")]
    [InlineData("exclude one another", "--list", "rlp")]
    [InlineData("there is no such file", "--replay", "fuzz/corpus/rlp/absent")]
    [InlineData("in no folder named after a target", "--replay", "somewhere/else")]
    public async Task A_command_line_that_makes_no_sense_gets_one_line(string expected, params string[] words)
    {
        (int code, string output, string error) = await FuzzFiles.RunAsync(words);
        Assert.Equal(64, code);
        Assert.Empty(output);
        Assert.Contains(expected, error);
        Assert.Equal(1, error.Count(letter => letter == '\n'));
    }

    private static async Task<JsonElement> RunTargetAsync(string name)
    {
        (int code, string output, string error) =
            await FuzzFiles.RunAsync(name, "--count", "200000", "--seed", "1", "--json");
        Assert.True(code == 0, $"{name}: the planted bug was not found; {output}{error}");
        return JsonDocument.Parse(output.Split('\n')[0]).RootElement;
    }

    /// <summary>Paths in the output are relative to the folder the program ran in.</summary>
    private static async Task AssertReplayedAsync(string target, string file, string kind)
    {
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, file)), file);
        (int code, string output, _) = await FuzzFiles.RunAsync("--replay", file);
        Assert.Equal(1, code);
        Assert.Contains($"{kind} at case 0", output);
        Assert.Contains(target, output);
    }
}
