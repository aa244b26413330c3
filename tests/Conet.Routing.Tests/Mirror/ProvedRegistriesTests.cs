using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>What providers must agree on, and what they must prove.</summary>
public sealed class ProvedRegistriesTests
{
    [SkippableFact]
    public async Task Most_providers_must_have_the_block_and_one_must_prove_it()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(21);
        await scene.Chain.ChangeAsync(6);
        BlockHeader head = await scene.Anvil.HeadAsync();
        JsonRpcProvider good = scene.Provider;
        await using JsonRpcProvider other = Provider(scene, OtherHash);
        await using JsonRpcProvider absent = JsonRpcProvider.Connect(new Uri("http://127.0.0.1:1"), 31337);
        await using JsonRpcProvider pruned = Provider(scene, (request, answer) =>
            request.Contains("eth_getProof", StringComparison.Ordinal)
                ? "{\"jsonrpc\":\"2.0\",\"id\":" + request.Split("\"id\":")[1].Split(',')[0]
                    + ",\"error\":{\"code\":-32000,\"message\":\"missing trie node\"}}"
                : answer);
        await using JsonRpcProvider liar = Provider(scene, OtherRoot);

        await AssertAsync(scene, head, "", good);
        await AssertAsync(scene, head, "", good, good, other);
        await AssertAsync(scene, head, "", absent, good, good);
        await AssertAsync(scene, head, "", pruned, good);
        await AssertAsync(scene, head, "", pruned, liar, good, good, good);
        await AssertAsync(scene, head, "2 of 2 providers", good, other);
        await AssertAsync(scene, head, "2 of 3 providers", absent, other, good);
        await AssertAsync(scene, head, "1 of 1 providers", absent);
        await AssertAsync(scene, head, "missing trie node", pruned);
        await AssertAsync(scene, head, "the proof is wrong", liar);
        await AssertAsync(scene, head with { Hash = head.ParentHash }, "1 of 1 providers", good);
    }

    [SkippableFact]
    public async Task The_events_and_nodes_are_those_of_the_registries()
    {
        await using SharedSnapshotScene scene = await SharedSnapshotScene.OpenAsync(22);
        ProvedRegistries empty = await scene.ProveAsync();
        Assert.Equal((default, default, 0u), (empty.NodePosition, empty.RoutePosition, empty.NodeCount));
        Assert.Equal(MerklePatricia.EmptyRoot, empty.NodeStorageRoot);
        await scene.Chain.ChangeAsync(8);
        ProvedRegistries proved = await scene.ProveAsync();
        (TestRegistries registries, MirrorOptions options) = (scene.Chain.Registries, scene.Options);
        Assert.Equal(await registries.ReadPositionAsync(options.NodeRegistry), proved.NodePosition);
        Assert.Equal(await registries.ReadPositionAsync(options.RouteRegistry), proved.RoutePosition);
        Assert.Equal((await registries.ReadNodesAsync()).Length, (int)proved.NodeCount);

        (ProvedRegistries? none, string problem) = await ProvedRegistries.AskAsync(
            options with { RouteRegistry = Nobody }, [scene.Provider], proved.Block.Number,
            proved.Block.Hash, CancellationToken.None);
        Assert.Null(none);
        Assert.Contains("no registry at", problem, StringComparison.Ordinal);
    }

    private static Address Nobody => new([.. Enumerable.Repeat((byte)0x77, 20)]);

    private static async Task AssertAsync(
        SharedSnapshotScene scene, BlockHeader block, string problem, params IChainProvider[] providers)
    {
        (ProvedRegistries? proved, string said) = await ProvedRegistries.AskAsync(
            scene.Options, providers, block.Number, block.Hash, CancellationToken.None);
        Assert.Contains(problem, said, StringComparison.Ordinal);
        Assert.Equal(problem.Length == 0, proved is not null);
        Assert.Equal(problem.Length == 0, said.Length == 0);
    }

    private static string OtherHash(string request, string answer) =>
        request.Contains("eth_getBlockBy", StringComparison.Ordinal)
            ? Alter(answer, "\"hash\":\"0x")
            : answer;

    /// <summary>A state root that is not that of the block: the accounts then do not fit.</summary>
    private static string OtherRoot(string request, string answer) =>
        request.Contains("eth_getBlockBy", StringComparison.Ordinal)
            ? Alter(answer, "\"stateRoot\":\"0x")
            : answer;

    private static string Alter(string answer, string after)
    {
        int at = answer.IndexOf(after, StringComparison.Ordinal) + after.Length;
        char other = answer[at] == '7' ? '8' : '7';
        return string.Concat(answer.AsSpan(0, at), $"{other}", answer.AsSpan(at + 1));
    }

    private static JsonRpcProvider Provider(SharedSnapshotScene scene, Func<string, string, string> change)
    {
        HttpTransport transport = new(scene.Anvil.Endpoint, TimeSpan.FromSeconds(20));
        return new JsonRpcProvider(new CountingTransport(transport) { Change = change }, 31337);
    }
}
