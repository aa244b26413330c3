using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// The mirror against real registries on a real chain: what it holds is what eth_call says.
/// </summary>
public sealed class AnvilMirrorTests(ITestOutputHelper output)
{
    private const int Rounds = 20;

    // Many chains rather than a long one: anvil answers wrongly about its state after reorganising
    // a long chain.
    private static int Chains => Property.IsFull ? 10 : 1;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("CONET_SEED"), out int seed)
        ? seed
        : Environment.TickCount & 0xFFFFFF;

    [SkippableFact]
    public async Task The_table_equals_the_registries_after_random_changes_reorganisations_and_restarts()
    {
        int seed = Seed;
        for (int i = 0; i < Chains; i++)
        {
            output.WriteLine($"seed {seed + i}: replay with CONET_SEED={seed + i}");
            await RunAsync(seed + i);
        }
    }

    private async Task RunAsync(int seed)
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), seed);
        using SnapshotFolder folder = new();
        RunningMirror mirror = Follow(anvil, chain, null);
        long undone = 0;
        ulong events = 0;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                string what = $"seed {seed}, round {round}";
                string step = await chain.StepAsync(
                    async done => await AssertEqualAsync(mirror, anvil, chain, $"{what}, {done}"));
                await AssertEqualAsync(mirror, anvil, chain, $"{what}, {step}");
                events = Math.Max(events, mirror.Runner.Table.RoutePosition.Count);
                if (round % 4 != 3)
                    continue;
                MirrorSnapshot snapshot = folder.WriteAndRead(
                    mirror.Runner.Snapshot!, chain.Registries.Options);
                undone += mirror.Status.BlocksUndone;
                await mirror.DisposeAsync();
                step = round % 8 == 3 ? "nothing" : await chain.StepAsync(_ => Task.CompletedTask);
                mirror = Follow(anvil, chain, snapshot);
                Assert.Same(snapshot.Table, mirror.Runner.Table);
                await AssertEqualAsync(mirror, anvil, chain, $"{what}, restarted after {step}");
            }

            undone += mirror.Status.BlocksUndone;
            output.WriteLine(
                $"{Rounds} rounds; {chain.Describe()}; head {mirror.Status.HeadBlock}; {undone} undone");
        }
        finally
        {
            await mirror.DisposeAsync();
        }

        Assert.True(events > 0, $"seed {seed}: no route was ever set");
    }

    private static RunningMirror Follow(AnvilProcess anvil, RandomChain chain, MirrorSnapshot? snapshot)
    {
        Uri endpoint = chain.Random.Next(2) == 0 ? anvil.Endpoint : anvil.WebSocketEndpoint;
        MirrorOptions options = chain.Registries.Options;
        return new RunningMirror(options, [JsonRpcProvider.Connect(endpoint, options.ChainId)], snapshot);
    }

    private static async Task AssertEqualAsync(
        RunningMirror mirror, AnvilProcess anvil, RandomChain chain, string what)
    {
        BlockHeader head = await anvil.HeadAsync();
        await mirror.WaitForAsync(head, what);
        await GroundTruth.AssertEqualAsync(mirror.Runner.Table, chain.Registries, chain.Wallets, head, what);
    }
}
