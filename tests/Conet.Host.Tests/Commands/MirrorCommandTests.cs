using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Conet.Host.Tests.Commands;

/// <summary>`conet route show` and `conet mirror status` against a network of processes.</summary>
[Collection("conet up")]
public sealed class MirrorCommandTests(LocalNetworkFixture network) : IClassFixture<LocalNetworkFixture>
{
    private const string NodeOne = "0x0000000100000000000000000000000000000000";

    private ConetTool Tool => network.Tool;

    [SkippableFact]
    public async Task A_route_says_where_it_came_from_and_how_old_and_proved_it_is()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string wallet = await network.CreateWalletAsync("erin");
        ConetTool.Result set = await Tool.RunAsync(
            "route", "set", "--wallet", "erin", "--homes", "3,1", "--days", "5", "--json");
        Assert.True(set.ExitCode == 0, set.Error);

        ConetTool.Result shown = await Tool.RunAsync("route", "show", wallet, "--json");
        Assert.True(shown.ExitCode == 0, shown.Error);
        JsonElement json = shown.Json;
        Assert.Equal("in force", json.GetProperty("state").GetString());
        Assert.Equal("valid", json.GetProperty("signature").GetString());
        Assert.Equal([3u, 1u], Numbers(json, "homes"));
        Assert.Equal([3u, 1u], Numbers(json, "next_homes"));
        Assert.Equal(160, json.GetProperty("prefix_bits").GetInt32());
        Assert.InRange(json.GetProperty("expires_in_s").GetInt64(), 4 * 86_400, 5 * 86_400);
        Assert.True(json.GetProperty("from_event").GetUInt64() >= 1);
        Assert.InRange(
            json.GetProperty("from_block").GetUInt64(), 1ul, json.GetProperty("mirror_block").GetUInt64());
        Assert.InRange(json.GetProperty("mirror_staleness_seconds").GetDouble(), 0, 60);
        Assert.Equal("chain", json.GetProperty("mirror_origin").GetString());
        bool isProved = json.GetProperty("mirror_proved").GetBoolean();

        // The same for a person, by the wallet's name.
        ConetTool.Result said = await Tool.RunAsync("route", "show", "erin");
        Assert.Equal(0, said.ExitCode);
        Assert.Contains($"{wallet}: in force, epoch 1", said.Output);
        Assert.Contains(
            $"event {json.GetProperty("from_event").GetUInt64()} of the route registry, in block "
                + $"{json.GetProperty("from_block").GetUInt64()}",
            said.Output);
        Assert.Contains("signature  valid", said.Output);
        Assert.Contains("to home 3, then 1: the wallet's own route, 160 bits", said.Output);
        Assert.Contains("found to be the head's", said.Output);
        Assert.Contains(isProved ? "proved     yes, at block" : "proved     no", said.Output);
    }

    [SkippableFact]
    public async Task An_address_under_a_node_goes_by_the_node_s_prefix()
    {
        Skip.If(network.Missing is not null, network.Missing);
        ConetTool.Result shown = await Tool.RunAsync("route", "show", NodeOne, "--json");
        Assert.Equal(1, shown.ExitCode);
        Assert.Equal("none", shown.Json.GetProperty("state").GetString());
        Assert.Equal([1u], Numbers(shown.Json, "next_homes"));
        Assert.Equal(32, shown.Json.GetProperty("prefix_bits").GetInt32());
        string nobody = "0xff" + NodeOne[4..];
        shown = await Tool.RunAsync("route", "show", nobody);
        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("never had a route", shown.Output);
        Assert.Contains("nowhere: no prefix matches", shown.Output);
    }

    [SkippableFact]
    public async Task A_route_whose_time_is_over_is_shown_as_expired()
    {
        Skip.If(network.Missing is not null, network.Missing);
        await network.CreateWalletAsync("frank");
        ConetTool.Result set = await Tool.RunAsync(
            "route", "set", "--wallet", "frank", "--homes", "2", "--days", "1", "--json");
        Assert.True(set.ExitCode == 0, set.Error);
        await PassAsync(2 * 86_400);
        ConetTool.Result shown = await Tool.RunAsync("route", "show", "frank", "--json");
        Assert.Equal(1, shown.ExitCode);
        Assert.Equal("expired", shown.Json.GetProperty("state").GetString());
        Assert.Equal([2u], Numbers(shown.Json, "homes"));
        Assert.Empty(Numbers(shown.Json, "next_homes"));
        Assert.InRange(shown.Json.GetProperty("expires_in_s").GetInt64(), -86_400 - 600, -86_400 + 600);
        ConetTool.Result said = await Tool.RunAsync("route", "show", "frank");
        Assert.Contains(" ago by block time", said.Output);
    }

    [SkippableFact]
    public async Task A_mirror_s_status_is_asked_of_a_node_or_made_through_the_providers()
    {
        Skip.If(network.Missing is not null, network.Missing);
        string config = Path.Combine(Tool.Home, "up", "node-1", "config.json");
        ConetTool.Result own = await Tool.RunAsync("mirror", "status", "--json");
        Assert.True(own.ExitCode == 0, own.Error);
        Assert.Equal("own", own.Json.GetProperty("by").GetString());
        ConetTool.Result node = await Tool.RunAsync("mirror", "status", "--config", config, "--json");
        Assert.True(node.ExitCode == 0, node.Error);
        Assert.Equal(("node", 1), (
            node.Json.GetProperty("by").GetString(), node.Json.GetProperty("node").GetInt32()));
        foreach (JsonElement json in new[] { own.Json, node.Json })
        {
            Assert.True(json.GetProperty("mirror_loaded").GetBoolean());
            Assert.Equal(31_337, json.GetProperty("mirror_chain_id").GetInt32());
            Assert.True(json.GetProperty("mirror_head_block").GetUInt64() > 0);
            Assert.InRange(json.GetProperty("mirror_staleness_seconds").GetDouble(), 0, 60);
            Assert.Equal("chain", json.GetProperty("mirror_origin").GetString());
            Assert.Equal(3, json.GetProperty("nodes").GetInt32());
            JsonElement provider = Assert.Single(json.GetProperty("mirror_providers").EnumerateArray());
            Assert.Equal("in_use", provider.GetProperty("state").GetString());
            Assert.True(provider.GetProperty("answers").GetInt64() > 0);
        }

        ConetTool.Result said = await Tool.RunAsync("mirror", "status", "--config", config);
        Assert.Contains("of chain 31337, by node 1 at 127.0.0.1:", said.Output);
        Assert.Contains("found to be the head's", said.Output);
        Assert.Matches("proved +(yes, at block|no)", said.Output);
        Assert.Matches("provider +127.0.0.1:[0-9]+: in use, score", said.Output);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_one_clear_line()
    {
        using TcpListener probe = new(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        int port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        ConetTool.Result absent = await Tool.RunAsync("mirror", "status", "--status-port", $"{port}");
        Assert.Equal(69, absent.ExitCode);
        Assert.Contains($"no node answers at 127.0.0.1:{port} (nothing listens there)", absent.ErrorLine);
        Assert.Empty(absent.Output);
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", "(EIP-55)")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "it has 39 hex digits")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", "'g' is no hex digit")]
    [InlineData("nobody", "no wallet kept here")]
    public async Task A_mistyped_address_is_told_from_an_unknown_wallet(string address, string why)
    {
        ConetTool.Result result = await Tool.RunAsync("route", "show", address);
        Assert.Equal(64, result.ExitCode);
        Assert.StartsWith($"conet: {address}: is no address", result.ErrorLine);
        Assert.Contains(why, result.ErrorLine);
    }

    private static uint[] Numbers(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(number => number.GetUInt32())];

    /// <summary>Lets the chain's time pass.</summary>
    private async Task PassAsync(int seconds)
    {
        string path = Path.Combine(Tool.Home, "up", "network.json");
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        using HttpClient http = new()
        {
            BaseAddress = new Uri(file.RootElement.GetProperty("providers")[0].GetString()!),
        };
        foreach ((string method, string parameters) in new[]
        {
            ("evm_increaseTime", $"[{seconds}]"), ("evm_mine", "[]"),
        })
        {
            string call =
                $"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{parameters}}}";
            using StringContent content = new(call, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await http.PostAsync((Uri?)null, content);
            Assert.DoesNotContain("error", await answer.Content.ReadAsStringAsync());
        }
    }
}
