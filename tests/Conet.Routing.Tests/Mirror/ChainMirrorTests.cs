using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

public sealed class ChainMirrorTests
{
    private static int Cases => Environment.GetEnvironmentVariable("CONET_FULL") == "1" ? 20_000 : 400;

    private static byte[] Secret => RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void The_table_equals_the_chain_after_random_blocks_and_reorganisations()
    {
        for (int seed = 0; seed < Cases; seed++)
            Run(seed, [Manner.Honest], 6);
    }

    [Fact]
    public void It_finds_the_truth_among_bad_providers()
    {
        Manner[] bad = [.. Enum.GetValues<Manner>().Where(manner => manner != Manner.Honest)];
        for (int seed = 0; seed < Cases / 2; seed++)
        {
            Random random = new(seed);
            random.Shuffle(bad);
            Manner[] manners = [.. bad.Take(random.Next(1, 5)), Manner.Honest];
            random.Shuffle(manners);
            Run(seed, manners, 4);
        }
    }

    [Theory]
    [InlineData((int)Manner.Absent)]
    [InlineData((int)Manner.OtherChain)]
    [InlineData((int)Manner.OmitsLogs)]
    [InlineData((int)Manner.AltersLogs)]
    [InlineData((int)Manner.InventsLogs)]
    [InlineData((int)Manner.WrongParents)]
    public void One_bad_provider_alone_never_makes_a_wrong_table_and_is_named(int manner)
    {
        SimulatedChain chain = new(1);
        chain.Grow(40);
        ChainMirror mirror = new(SimulatedChain.Options, 1, Secret);
        SimulatedProvider provider = new(chain, (Manner)manner, 1);
        ulong now = 1;
        for (int step = 0; step < 2_000; step++)
        {
            now = Step(mirror, [provider], now);
            if (mirror.VerifiedBlock > 0)
                AssertIs(mirror.Table, chain.Blocks[(int)mirror.VerifiedBlock], "the table");
        }

        Assert.NotNull(mirror.Providers[0].LastProblem);
        bool isWrong = mirror.Table.RoutePosition != chain.Head.Truth.RoutePosition;
        Assert.False(mirror.IsAtHead && manner != (int)Manner.OtherChain && isWrong);
    }

    [Fact]
    public void The_last_good_table_serves_while_providers_are_gone_and_while_a_deep_reorganisation_is_read()
    {
        SimulatedChain chain = new(2);
        chain.Grow(200);
        ChainMirror mirror = new(SimulatedChain.Options, 1, Secret);
        SimulatedProvider honest = new(chain, Manner.Honest, 1);
        ulong now = Settle(mirror, [honest], chain, 1, "before");
        RouteTable good = mirror.Table;
        SimulatedProvider absent = new(chain, Manner.Absent, 1);
        for (int i = 0; i < 50; i++)
            now = Step(mirror, [absent], now);
        Assert.Same(good, mirror.Table);
        Assert.True(mirror.Providers[0].NotBeforeMs <= now + MirrorLimits.BreakMaxMs);

        chain.Reorganise(depth: 190, blocks: 195);
        bool changedEarly = false;
        for (int i = 0; i < 10; i++)
        {
            now = Step(mirror, [honest], now + MirrorLimits.BreakMaxMs);
            changedEarly |= !ReferenceEquals(good, mirror.Table) && !mirror.IsAtHead;
        }

        Assert.False(changedEarly);
        Settle(mirror, [honest], chain, now, "after");
    }

    [Fact]
    public void A_shorter_chain_is_believed_after_a_few_looks()
    {
        SimulatedChain chain = new(3);
        chain.Grow(30);
        ChainMirror mirror = new(SimulatedChain.Options, 1, Secret);
        SimulatedProvider honest = new(chain, Manner.Honest, 1);
        ulong now = Settle(mirror, [honest], chain, 1, "before");
        chain.Reorganise(depth: 6, blocks: 0);
        Settle(mirror, [honest], chain, now, "after");
    }

    [Fact]
    public void A_snapshot_is_a_start_and_a_stale_one_is_left_behind()
    {
        SimulatedChain chain = new(4);
        chain.Grow(60);
        ChainMirror first = new(SimulatedChain.Options, 1, Secret);
        SimulatedProvider honest = new(chain, Manner.Honest, 1);
        Settle(first, [honest], chain, 1, "first");
        MirrorSnapshot snapshot = new(first.VerifiedBlock, first.VerifiedHash, first.Table);

        chain.Grow(5);
        ChainMirror resumed = new(SimulatedChain.Options, 1, Secret, snapshot);
        Assert.Equal(snapshot.BlockNumber, resumed.VerifiedBlock);
        Assert.Same(snapshot.Table, resumed.Table);
        Settle(resumed, [honest], chain, 1, "resumed");

        chain.Reorganise(depth: 20, blocks: 25);
        ChainMirror stale = new(SimulatedChain.Options, 1, Secret, snapshot);
        Settle(stale, [honest], chain, 1, "stale");
    }

    [Fact]
    public void A_table_whose_snapshot_file_is_spoilt_serves_while_it_is_read_from_the_chain_anew()
    {
        SimulatedChain chain = new(6);
        chain.Grow(120);
        ChainMirror first = new(SimulatedChain.Options, 1, Secret);
        SimulatedProvider honest = new(chain, Manner.Honest, 1);
        Settle(first, [honest], chain, 1, "first");
        using SnapshotFolder folder = new();
        MirrorSnapshot snapshot = folder.WriteAndRead(
            new MirrorSnapshot(first.VerifiedBlock, first.VerifiedHash, first.Table), SimulatedChain.Options);
        ChainMirror mirror = new(SimulatedChain.Options, 1, Secret, snapshot);
        ulong now = Settle(mirror, [honest], chain, 1, "before");
        File.WriteAllBytes(folder.File, []);
        Address wallet = snapshot.Table.Routes.Keys.First();
        Assert.True(mirror.Table.Routes.ContainsKey(wallet));
        Assert.False(mirror.Table.Routes.TryGetValue(wallet, out _));
        Assert.True(mirror.Table.Routes.IsDamaged);

        chain.Grow(3);
        int liveRoutes = mirror.Table.LiveRoutes;
        for (int step = 0; !mirror.IsAtHead || mirror.VerifiedHash != chain.Head.Header.Hash; step++)
        {
            Assert.True(step < 2_000, "the table was not made anew");
            Assert.Equal(liveRoutes, mirror.Table.LiveRoutes);
            now = Step(mirror, [honest], now);
        }

        Assert.False(mirror.Table.Routes.IsDamaged);
        AssertIs(mirror.Table, chain.Head, "anew");
    }

    private static void Run(int seed, Manner[] manners, int rounds)
    {
        Random random = new(seed);
        SimulatedChain chain = new(seed);
        SimulatedProvider[] providers =
            [.. manners.Select((manner, i) => new SimulatedProvider(chain, manner, seed + i))];
        ChainMirror mirror = new(SimulatedChain.Options, providers.Length, Secret);
        ulong now = 1_000;
        for (int round = 0; round < rounds; round++)
        {
            if (round > 0 && random.Next(2) == 0)
                chain.Reorganise(random.Next(1, 33), random.Next(1, 40));
            else
                chain.Grow(random.Next(1, 30));
            for (int i = random.Next(6); i > 0; i--)
                now = Step(mirror, providers, now); // sometimes the chain moves on in the middle of the walk
            if (random.Next(3) == 0)
                chain.Reorganise(random.Next(1, 4), random.Next(1, 6));
            now = Settle(mirror, providers, chain, now, $"seed {seed}, round {round}");
        }
    }

    private static ulong Step(ChainMirror mirror, SimulatedProvider[] providers, ulong now)
    {
        if (mirror.Next(now, out MirrorRequest request, out int provider, out ulong waitMs))
        {
            providers[provider].Answer(mirror, request, now);
            return now + 5;
        }

        Assert.True(waitMs > 0);
        return now + waitMs;
    }

    private static ulong Settle(
        ChainMirror mirror, SimulatedProvider[] providers, SimulatedChain chain, ulong now, string what)
    {
        for (int step = 0; step < 20_000; step++)
        {
            now = Step(mirror, providers, now);
            if (mirror.IsAtHead && mirror.VerifiedHash == chain.Head.Header.Hash)
            {
                AssertIs(mirror.Table, chain.Head, what);
                return now;
            }
        }

        Assert.Fail($"{what}: not at the head after 20000 steps; "
            + string.Join("; ", mirror.Providers.Select(p => p.LastProblem)));
        return now;
    }

    private static void AssertIs(RouteTable table, SimulatedChain.Block block, string what)
    {
        SimulatedChain.Truth truth = block.Truth;
        Expect(truth.RoutePosition == table.RoutePosition, what, "routes' position");
        Expect(truth.NodePosition == table.NodePosition, what, "nodes' position");
        Expect(truth.Routes.Count == table.Routes.Count, what, "count of routes");
        foreach ((Address wallet, RouteRecord route) in truth.Routes)
        {
            Expect(table.Routes[wallet].Route == route, what, "route");
            bool isLive = route.IsLive && route.Packed.ExpiresUnixSeconds > block.Header.TimestampSeconds;
            bool isFound = table.TryGetHomes(wallet, out Homes homes);
            Expect(isFound == isLive, what, "route in force");
            Expect(!isLive || homes.First == route.Packed.Home0.Value, what, "home");
        }

        foreach ((uint id, NodeRecord node) in truth.Nodes)
        {
            Expect(table.Nodes[id].Node == node, what, "node");
            bool isServed = table.TryGetHomes(
                NodeAddress.Alias(new NodeId(id), new byte[32]), out Homes homes);
            Expect(isServed == (node.State != NodeState.Retired), what, "node prefix");
            Expect(!isServed || homes.First == id, what, "node prefix's home");
        }
    }

    // No text is put together unless it is needed: this runs millions of times.
    private static void Expect(bool isTrue, string what, string detail)
    {
        if (!isTrue)
            Assert.Fail($"{what}: {detail}");
    }
}
