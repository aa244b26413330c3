using System.Diagnostics;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Anvil;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// Five hostile providers in front of a real chain. What is assumed at every moment: three of the five are
/// there and name the true blocks, and one of those is honest about events; who that is changes all the time.
/// </summary>
public sealed class HostileProxyTests(ITestOutputHelper output)
{
    private const int Proxies = 5;
    private const int RoundsPerChain = 20;

    // A slower clock than elsewhere: on a busy machine honest answers must not all be late.
    private const int Speed = 10;

    private static readonly Vice[] _aboutEvents =
    [
        Vice.OmitsLogs, Vice.AltersLogs, Vice.SwapsLogs, Vice.RepeatsLogs, Vice.CutsLogs, Vice.FalseProofs,
        Vice.NoProofs, Vice.RefusesRanges,
    ];

    private static readonly Vice[] _aboutBlocks =
    [
        Vice.StaleHeads, Vice.InventsBlocks, Vice.FalseHeaders, Vice.OtherChain, Vice.Stalls, Vice.Flaps,
        Vice.Slow, Vice.Endless, Vice.SaysTenGigabytes, Vice.DeepJson,
    ];

    // Many chains rather than a long one: anvil answers wrongly about its state after reorganising a long
    // chain.
    private static int Chains => Property.IsFull ? 10 : 1;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("CONET_SEED"), out int seed)
        ? seed
        : Environment.TickCount & 0xFFFFFF;

    [SkippableFact]
    public async Task Through_five_hostile_proxies_the_table_equals_the_registries_after_every_head()
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
        RandomChain chain = new(anvil, await TestRegistries.DeployAsync(anvil), seed) { DepthMax = 32 };
        Random random = new(seed);
        HostileProxy[] proxies = [.. Enumerable.Range(0, Proxies).Select(i => new HostileProxy(anvil, i))];
        Corrupt(proxies, random);
        Stopwatch watch = Stopwatch.StartNew();
        RunningMirror mirror = new(
            chain.Registries.Options, [.. proxies.Select(proxy => proxy.Provider)], speed: Speed);
        try
        {
            for (int round = 0; round < RoundsPerChain; round++)
            {
                string what = $"seed {seed}, round {round}";
                string step = await chain.StepAsync(
                    async done => await AssertEqualAsync(mirror, anvil, chain, proxies, $"{what}, {done}"));
                await AssertEqualAsync(mirror, anvil, chain, proxies, $"{what}, {step}");
                if (random.Next(2) == 0)
                    Corrupt(proxies, random);
            }

            AssertLiarsAreNamed(mirror, proxies, seed);
        }
        finally
        {
            output.WriteLine(
                $"{watch.Elapsed.TotalSeconds:0.0} s; {chain.Describe()}; head {mirror.Status.HeadBlock}; "
                    + $"{mirror.Status.BlocksUndone} undone");
            foreach (HostileProxy proxy in proxies)
                output.WriteLine($"{proxy.Name}: {proxy.LogLies} false answers about events");
            foreach (string note in mirror.Notes)
                output.WriteLine(note);
            await mirror.DisposeAsync();
            foreach (HostileProxy proxy in proxies)
                await proxy.DisposeAsync();
        }
    }

    // Two are wrong about blocks or away, two about events, one is honest: drawn anew each time.
    private static void Corrupt(HostileProxy[] proxies, Random random)
    {
        HostileProxy[] order = [.. proxies];
        random.Shuffle(order);
        order[0].Vice = Vice.None;
        for (int i = 1; i < order.Length; i++)
        {
            Vice[] vices = i < 3 ? _aboutEvents : _aboutBlocks;
            order[i].Vice = vices[random.Next(vices.Length)];
        }
    }

    private static async Task AssertEqualAsync(
        RunningMirror mirror, AnvilProcess anvil, RandomChain chain, HostileProxy[] proxies, string what)
    {
        BlockHeader head = await anvil.HeadAsync();
        string vices = string.Join(' ', proxies.Select(proxy => proxy.Vice));
        await mirror.WaitForAsync(head, $"{what} ({vices})");
        await GroundTruth.AssertEqualAsync(
            mirror.Runner.Table, chain.Registries, chain.Wallets, head, $"{what} ({vices})");
    }

    private static void AssertLiarsAreNamed(RunningMirror mirror, HostileProxy[] proxies, int seed)
    {
        MirrorStatus status = mirror.Status;
        bool areLiars = proxies.Sum(proxy => proxy.LogLies) > 3;
        Assert.True(
            !areLiars || mirror.Notes.Any(note => note.Contains("events", StringComparison.Ordinal)),
            $"seed {seed}: nobody is named");
        for (int i = 0; i < proxies.Length; i++)
        {
            // A lie that came too late, or of blocks that were gone, was not used and proves nothing.
            bool isCaught = mirror.Notes.Any(note => note.Contains(proxies[i].Name, StringComparison.Ordinal)
                && note.Contains("events", StringComparison.Ordinal));
            Assert.True(
                proxies[i].LogLies < 3 || (isCaught && status.Providers[i].Lies > 0),
                $"seed {seed}: {proxies[i].Name} gave {proxies[i].LogLies} false answers and is not named");
            Assert.False(
                isCaught && proxies[i].LogLies == 0,
                $"seed {seed}: {proxies[i].Name} is named without cause");
        }
    }
}
