using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Chain;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// Providers that are absent, die, lie or are on another chain: the last good table serves, the status says
/// why.
/// </summary>
public sealed class ProviderTroubleTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(2);

    [SkippableFact]
    public async Task A_provider_that_is_absent_at_first_is_followed_once_it_is_there()
    {
        int port = FreePort();
        await using JsonRpcProvider provider = Provider(new Uri($"http://127.0.0.1:{port}/"));
        MirrorOptions options;
        await using (AnvilProcess model = await AnvilProcess.StartAsync())
            // The addresses are the same on any chain.
            options = (await TestRegistries.DeployAsync(model)).Options;
        await using RunningMirror mirror = new(options, [provider]);
        await mirror.WaitAsync(status => status.Providers[0].Failures >= 3, "absent");
        Assert.Contains(
            $"127.0.0.1:{port}", mirror.Status.Providers[0].LastProblem, StringComparison.Ordinal);
        Assert.False(mirror.Runner.Ready.IsCompleted);
        Assert.Null(mirror.Status.StaleSeconds);
        Assert.Null(mirror.Runner.Snapshot);

        await using AnvilProcess anvil = await AnvilProcess.StartAsync(port: port);
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), 1);
        await chain.ChangeAsync(3);
        await AssertFollowsAsync(mirror, anvil, chain, "there");
        Assert.True(mirror.Runner.Ready.IsCompletedSuccessfully);
    }

    [SkippableFact]
    public async Task While_its_provider_is_dead_the_last_table_serves_and_a_chain_in_its_place_is_followed()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using JsonRpcProvider provider = Provider(anvil.Endpoint);
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), 2);
        await chain.ChangeAsync(12);
        await using RunningMirror mirror = new(chain.Registries.Options, [provider]);
        await AssertFollowsAsync(mirror, anvil, chain, "before");
        RouteTable good = mirror.Runner.Table;
        await anvil.DisposeAsync();
        await mirror.WaitAsync(s => s.Providers[0].Failures >= 3 && s.StaleSeconds > 5, "dead");
        Assert.Contains("Unreachable", mirror.Status.Providers[0].LastProblem, StringComparison.Ordinal);
        Assert.Same(good, mirror.Runner.Table);

        // The same addresses, the same chain id, another and shorter history.
        await using AnvilProcess reborn = await AnvilProcess.StartAsync(port: anvil.Port);
        RandomChain other = new(reborn, await TestRegistries.DeployAsync(reborn), 3);
        await other.ChangeAsync(4);
        await AssertFollowsAsync(mirror, reborn, other, "reborn");
    }

    [SkippableFact]
    public async Task A_provider_on_another_chain_is_named_and_left_for_the_right_one()
    {
        await using AnvilProcess wrong = await AnvilProcess.StartAsync(chainId: 5);
        await TestRegistries.DeployAsync(wrong, chainId: 5);
        await using AnvilProcess right = await AnvilProcess.StartAsync();
        RandomChain chain = new(right, await TestRegistries.DeployAsync(right), 4);
        await chain.ChangeAsync(3);
        await using JsonRpcProvider checks = Provider(wrong.Endpoint);
        await using JsonRpcProvider acceptsAny = JsonRpcProvider.Connect(wrong.Endpoint, null, _timeout);
        await using JsonRpcProvider good = Provider(right.Endpoint);
        foreach (JsonRpcProvider bad in (JsonRpcProvider[])[checks, acceptsAny])
        {
            await using RunningMirror alone = new(chain.Registries.Options, [bad]);
            await alone.WaitAsync(status => status.Providers[0].LastProblem is not null, "alone");
            Assert.Contains("chain 5", alone.Status.Providers[0].LastProblem, StringComparison.Ordinal);
            Assert.Equal(0UL, alone.Status.Block);

            await using RunningMirror both = new(chain.Registries.Options, [bad, good]);
            await AssertFollowsAsync(both, right, chain, "beside the right one");
            Assert.Contains("chain 5", both.Status.Providers[0].LastProblem, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("garbage")]
    [InlineData("errors")]
    [InlineData("resets")]
    [InlineData("wrong blocks")]
    [InlineData("left out logs")]
    [InlineData("altered logs")]
    [InlineData("wrong positions")]
    public async Task A_bad_provider_beside_a_good_one_does_no_harm_and_is_named(string manner)
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), 5);
        await chain.ChangeAsync(3);
        await anvil.MineAsync(40);
        await chain.ChangeAsync(2);
        await using HostileServer server = new(exchange => AnswerAsync(exchange, anvil, manner));
        await using JsonRpcProvider bad = Provider(server.Endpoint);
        await using JsonRpcProvider good = Provider(anvil.Endpoint);
        await using (RunningMirror alone = new(chain.Registries.Options, [bad]))
        {
            await alone.WaitAsync(status => status.Providers[0].LastProblem is not null, manner);
            Assert.NotEqual((await anvil.HeadAsync()).Hash, alone.Status.BlockHash);
            Assert.Contains(alone.Notes, note => note.Contains(bad.Name, StringComparison.Ordinal));
        }

        await using RunningMirror mirror = new(chain.Registries.Options, [bad, good]);
        await AssertFollowsAsync(mirror, anvil, chain, manner);
        await chain.ChangeAsync(2);
        await AssertFollowsAsync(mirror, anvil, chain, manner + ", later");
        Assert.Null(mirror.Status.Providers[1].LastProblem);
        Assert.True(mirror.Status.IsProved);

        // Logs and proofs may all have come from the other one, if that was the quicker.
        bool isSurelyAsked = manner is not ("left out logs" or "altered logs" or "wrong positions");
        Assert.True(!isSurelyAsked || mirror.Status.Providers[0].LastProblem is not null);
    }

    // What anvil says, with one thing made wrong.
    private static async Task AnswerAsync(HostileExchange exchange, AnvilProcess anvil, string manner)
    {
        using JsonDocument request = JsonDocument.Parse(exchange.Body);
        string method = request.RootElement.Text("method");
        bool isChainId = method == "eth_chainId";
        switch (manner)
        {
            case "garbage":
                await exchange.AnswerAsync(isChainId ? "{]" : "\u0000\u0001 not JSON");
                return;
            case "errors" when !isChainId:
                await exchange.AnswerAsync(
                    $$"""{"id":{{exchange.Id}},"error":{"message":"out of credit","code":-32000 } }""");
                return;
            case "resets" when !isChainId:
                exchange.Reset();
                return;
        }

        if (manner == "wrong positions" && method == "eth_getProof")
        {
            await exchange.AnswerAsync(
                $$"""{"id":{{exchange.Id}},"error":{"message":"no such method","code":-32601 } }""");
            return;
        }

        RpcResult<byte[]> truth = await anvil.Rpc.CallAsync(
            method, request.RootElement.GetProperty("params").GetRawText());
        if (!truth.IsSuccess)
        {
            await exchange.AnswerAsync("""{"id":null,"error":{"message":"no","code":1 } }""");
            return;
        }

        JsonNode? result = JsonNode.Parse(truth.Value);
        switch (manner, method)
        {
            case ("wrong blocks", "eth_getBlockByNumber"):
                result!["parentHash"] = "0x" + new string('7', 64);
                break;
            case ("left out logs", "eth_getLogs") when result!.AsArray() is { Count: > 0 } logs:
                logs.RemoveAt(logs.Count - 1);
                break;
            case ("altered logs", "eth_getLogs") when result!.AsArray() is { Count: > 0 } logs:
                string data = logs[^1]!["data"]!.GetValue<string>();
                logs[^1]!["data"] = data[..^1] + (data[^1] == '1' ? '2' : '1');
                break;
            case ("wrong positions", "eth_call"):
                result = "0x" + new string('0', 63) + "1";
                break;
        }

        await exchange.AnswerResultAsync(result?.ToJsonString() ?? "null");
    }

    private static async Task AssertFollowsAsync(
        RunningMirror mirror, AnvilProcess anvil, RandomChain chain, string what)
    {
        BlockHeader head = await anvil.HeadAsync();
        await mirror.WaitForAsync(head, what);
        await GroundTruth.AssertEqualAsync(mirror.Runner.Table, chain.Registries, chain.Wallets, head, what);
    }

    private static JsonRpcProvider Provider(Uri endpoint) =>
        JsonRpcProvider.Connect(endpoint, AnvilProcess.DefaultChainId, _timeout);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
