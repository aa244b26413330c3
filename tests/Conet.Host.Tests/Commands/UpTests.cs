using System.Diagnostics;
using System.Text.Json;

namespace Conet.Host.Tests.Commands;

/// <summary>
/// `conet up` as a user runs it: real chain, real contracts, real sockets, processes of their own.
/// </summary>
[Collection("conet up")]
public sealed class UpTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("conet-once-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [SkippableTheory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Once_sends_a_thousand_each_way_and_loses_nothing(int nodes)
    {
        Skip.If(LocalNetworkFixture.WhyNot() is not null, LocalNetworkFixture.WhyNot());
        ConetTool.Result run = await new ConetTool(
            _home).RunAsync("up", "--once", "--json", "--nodes", $"{nodes}");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        JsonElement report = run.Json;
        Assert.Equal(nodes, report.GetProperty("nodes").GetInt32());
        Assert.Equal(2000, report.GetProperty("sent").GetInt32());
        Assert.Equal(2000, report.GetProperty("delivered").GetInt32());
        Assert.Equal(2000, report.GetProperty("receipts").GetInt32());
        Assert.Equal(0, report.GetProperty("lost").GetInt32());
        Assert.Equal(0, report.GetProperty("duplicates").GetInt32());
        Assert.Equal(0, report.GetProperty("wrong").GetInt32());
        Assert.Equal(0, report.GetProperty("bytes_allocated_per_cell").GetDouble());
        Assert.InRange(report.GetProperty("p50_us").GetDouble(), 1, report.GetProperty("p99_us").GetDouble());
        Assert.True(report.GetProperty("chain_blocks").GetUInt64() >= 3); // deployment, nodes, routes
        Assert.True(report.GetProperty("cells_delivered").GetInt64() >= 4000);
        long forwarded = report.GetProperty("cells_forwarded").GetInt64();
        Assert.True(nodes == 1 ? forwarded == 0 : forwarded >= 2000, $"{forwarded} cells were forwarded");
        Assert.False(File.Exists(Path.Combine(_home, "network.json")));
    }

    [SkippableFact]
    public async Task A_second_up_in_the_same_folder_is_one_clear_error_and_a_crash_leaves_no_process_behind()
    {
        Skip.If(LocalNetworkFixture.WhyNot() is not null, LocalNetworkFixture.WhyNot());
        ConetTool tool = new(_home);
        await using RunningTool up = tool.Begin("up", "--json", "--nodes", "2");
        await up.WaitForLineAsync(line => line.StartsWith("{\"nodes\":2", StringComparison.Ordinal));
        ConetTool.Result second = await tool.RunAsync("up", "--once");
        Assert.Equal(69, second.ExitCode);
        Assert.Contains("another conet up is running", second.ErrorLine);

        Assert.Equal(0, (await tool.RunAsync("wallet", "new", "w")).ExitCode);
        ConetTool.Result before = await tool.RunAsync("route", "set", "--json");
        Assert.True(before.ExitCode == 0, before.Error);

        int[] children = Children(up.Id);
        Assert.Equal(3, children.Length); // the chain's shell and two nodes
        up.Crash();
        long until = Environment.TickCount64 + 30_000;
        while (children.Any(IsAlive) && Environment.TickCount64 < until)
            await Task.Delay(50);
        Assert.DoesNotContain(children, IsAlive);

        // What the crash left behind is found dead, and a new network starts over it.
        ConetTool.Result listed = await tool.RunAsync("node", "list");
        Assert.Equal(69, listed.ExitCode);
        Assert.Contains("is the network running?", listed.ErrorLine);
        await using RunningTool again = tool.Begin("up", "--json", "--nodes", "1");
        await again.WaitForLineAsync(line => line.StartsWith("{\"nodes\":1", StringComparison.Ordinal));

        // The wallet is the same, its route begins anew on a chain that does not know it.
        ConetTool.Result after = await tool.RunAsync("route", "set", "--json");
        Assert.True(after.ExitCode == 0, after.Error);
        Assert.Equal(1, after.Json.GetProperty("epoch").GetInt32());
        Assert.Equal(0, await again.StopAsync());
        Assert.False(File.Exists(Path.Combine(_home, "network.json")));
    }

    [SkippableFact]
    public async Task A_network_file_of_the_users_own_stays()
    {
        Skip.If(LocalNetworkFixture.WhyNot() is not null, LocalNetworkFixture.WhyNot());
        const string Own = """
            {"chainId":1,"providers":["https://127.0.0.1:1"],
                "nodeRegistry":"0x0000000000000000000000000000000000000001",
             "routeRegistry":"0x0000000000000000000000000000000000000002"}
            """;
        string path = Path.Combine(_home, "network.json");
        await File.WriteAllTextAsync(path, Own);
        ConetTool tool = new(_home);
        await using RunningTool up = tool.Begin("up", "--json", "--nodes", "1");
        await up.WaitForLineAsync(line => line.StartsWith("{\"nodes\":1", StringComparison.Ordinal));
        ConetTool.Result listed =
            await tool.RunAsync(
                "node", "list", "--json", "--network", Path.Combine(_home, "up", "network.json"));
        Assert.True(listed.ExitCode == 0, listed.Error);
        Assert.Equal(1, listed.Json.GetProperty("node").GetInt32());
        await up.StopAsync();
        Assert.Equal(Own, await File.ReadAllTextAsync(path));
    }

    private static int[] Children(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out int pid) ? pid : 0)
            .Where(pid => pid != 0 && ParentOf(pid) == parent),
    ];

    private static int ParentOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
