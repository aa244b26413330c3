using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>The mirror follows a chain, whatever happens to it.</summary>
public sealed class ChainMirrorTests
{
    private static readonly Manner[] _down =
        [Manner.Absent, Manner.Stalls, Manner.OtherChain, Manner.AnswersTooMuch];

    // Their headers are right.
    private static readonly Manner[] _wrongAboutEvents =
    [
        Manner.OmitsLogs, Manner.AltersLogs, Manner.InventsLogs, Manner.ReordersLogs, Manner.MovesLogs,
        Manner.FalseProofs, Manner.FalseCalls, Manner.CannotProve, Manner.RefusesRanges, Manner.Slow,
    ];

    private static readonly Manner[] _wrongAboutBlocks =
        [Manner.GarbledHeaders, Manner.WrongParents, Manner.InventsBlocks, Manner.StaysBehind];

    private static int Cases => Property.IsFull ? 10_000 : 300;

    [Fact]
    public void The_table_equals_the_chain_after_random_blocks_and_reorganisations()
    {
        for (int seed = 0; seed < Cases; seed++)
            Run(seed, [Manner.Honest], 6);
    }

    [Fact]
    public void It_finds_the_truth_among_bad_providers_while_most_of_those_there_name_the_true_blocks()
    {
        for (int seed = 0; seed < Cases / 2; seed++)
        {
            Random random = new(seed);
            Manner[] events = Draw(random, _wrongAboutEvents, 4);
            Manner[] blocks = Draw(random, _wrongAboutBlocks, events.Length);
            Manner[] down = Draw(random, _down, Math.Min(2, events.Length + 1));
            Manner[] manners = [.. events, .. blocks, .. down, Manner.Honest];
            random.Shuffle(manners);
            Run(seed, manners, 4);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    public void A_deep_reorganisation_is_undone_block_by_block(int depth)
    {
        SimulatedChain chain = new(7);
        chain.Grow(40);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Honest, Manner.Honest, Manner.Honest);
        network.Settle("start");
        for (int i = 0; i < 110; i++)
        {
            chain.Grow(1);
            network.Settle("growing");
        }

        chain.Reorganise(depth, depth + 1);
        network.Settle("after");
        Assert.DoesNotContain(network.Notes, note => note.Contains("deployment", StringComparison.Ordinal));
        Assert.True(network.Mirror.BlocksUndone >= depth, $"{network.Mirror.BlocksUndone} undone");
    }

    [Fact]
    public void The_last_good_table_serves_while_providers_are_gone_and_while_a_deep_reorganisation_is_read()
    {
        SimulatedChain chain = new(2);
        chain.Grow(200);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Honest);
        network.Settle("before");
        RouteTable good = network.Mirror.Table;
        network.Providers[0].Manner = Manner.Absent;
        network.RunFor(300_000);
        Assert.Same(good, network.Mirror.Table);
        Assert.True(network.Mirror.Providers[0].NotBeforeMs <= network.NowMs + MirrorLimits.BreakMaxMs);

        chain.Reorganise(depth: 190, blocks: 195);
        network.Providers[0].Manner = Manner.Honest;
        ulong block = network.Mirror.VerifiedBlock;
        for (int i = 0; i < 100_000 && network.Mirror.VerifiedHash != chain.Head.Header.Hash; i++)
        {
            network.Step();
            bool isOlder = network.Mirror.VerifiedBlock < block;
            Assert.False(isOlder, $"a table of block {network.Mirror.VerifiedBlock} served after {block}");
        }

        network.Settle("after");
    }

    [Fact]
    public void A_shorter_chain_is_believed_after_a_few_looks()
    {
        SimulatedChain chain = new(3);
        chain.Grow(30);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Honest);
        network.Settle("before");
        chain.Reorganise(depth: 6, blocks: 0);
        network.Settle("after");
    }

    [Fact]
    public void A_snapshot_is_a_start_and_a_stale_one_is_left_behind()
    {
        SimulatedChain chain = new(4);
        chain.Grow(60);
        SimulatedNetwork first = SimulatedNetwork.Of(chain, Manner.Honest);
        first.Settle("first");
        MirrorSnapshot snapshot = SnapshotOf(first);

        chain.Grow(5);
        SimulatedNetwork resumed = Resume(chain, snapshot);
        Assert.Equal(snapshot.BlockNumber, resumed.Mirror.VerifiedBlock);
        Assert.Same(snapshot.Table, resumed.Mirror.Table);
        resumed.Settle("resumed");
        Assert.Equal(TableOrigin.OwnSnapshot, resumed.Mirror.Origin);

        chain.Reorganise(depth: 20, blocks: 25);
        SimulatedNetwork stale = Resume(chain, snapshot);
        stale.Settle("stale");
        Assert.Equal(TableOrigin.Chain, stale.Mirror.Origin);
    }

    [Fact]
    public void A_snapshot_ahead_of_the_back_fill_takes_its_place_and_one_of_another_chain_does_not()
    {
        SimulatedChain chain = new(5), other = new(6);
        chain.Grow(400);
        other.Grow(400);
        SimulatedNetwork whole = SimulatedNetwork.Of(chain, Manner.Honest);
        whole.Settle("whole");
        MirrorSnapshot good = SnapshotOf(whole) with { Origin = TableOrigin.StrangersSnapshot };
        SimulatedNetwork stranger = SimulatedNetwork.Of(other, Manner.Honest);
        stranger.Settle("stranger");
        chain.Grow(100);

        SimulatedNetwork offered = SimulatedNetwork.Of(chain, Manner.Honest);
        offered.Mirror.Offer(good);
        offered.Settle("offered");
        Assert.Equal(TableOrigin.StrangersSnapshot, offered.Mirror.Origin);

        SimulatedNetwork refusing = SimulatedNetwork.Of(chain, Manner.Honest);
        refusing.Mirror.Offer(SnapshotOf(stranger));
        refusing.Settle("refusing");
        Assert.Equal(TableOrigin.Chain, refusing.Mirror.Origin);
        Assert.Contains(refusing.Notes, note => note.Contains("another chain", StringComparison.Ordinal));
    }

    private static MirrorSnapshot SnapshotOf(SimulatedNetwork network) =>
        new(network.Mirror.VerifiedBlock, network.Mirror.VerifiedHash, network.Mirror.Table);

    private static SimulatedNetwork Resume(SimulatedChain chain, MirrorSnapshot snapshot) =>
        new(chain, [new SimulatedProvider(chain, Manner.Honest, 1)], snapshot);

    private static Manner[] Draw(Random random, Manner[] manners, int max)
    {
        Manner[] shuffled = [.. manners];
        random.Shuffle(shuffled);
        return shuffled[..random.Next(Math.Min(max, shuffled.Length) + 1)];
    }

    [Fact]
    public void A_table_whose_snapshot_file_is_spoilt_serves_while_it_is_read_from_the_chain_anew()
    {
        SimulatedChain chain = new(6);
        chain.Grow(120);
        SimulatedNetwork first = SimulatedNetwork.Of(chain, Manner.Honest);
        first.Settle("first");
        using SnapshotFolder folder = new();
        MirrorSnapshot snapshot = folder.WriteAndRead(SnapshotOf(first), SimulatedChain.Options);
        SimulatedNetwork network = Resume(chain, snapshot);
        network.Settle("before");
        File.WriteAllBytes(folder.File, []);
        Address wallet = snapshot.Table.Routes.Keys.First();
        Assert.True(network.Mirror.Table.Routes.ContainsKey(wallet));
        Assert.False(network.Mirror.Table.Routes.TryGetValue(wallet, out _));
        Assert.True(network.Mirror.Table.Routes.IsDamaged);

        chain.Grow(3);
        RouteTable damaged = network.Mirror.Table;
        int liveRoutes = damaged.LiveRoutes;
        while (ReferenceEquals(damaged, network.Mirror.Table))
        {
            Assert.True(network.NowMs < 100_000, "the table was not made anew");
            Assert.Equal(liveRoutes, network.Mirror.Table.LiveRoutes);
            network.Step();
        }

        network.Settle("anew");
        Assert.False(network.Mirror.Table.Routes.IsDamaged);
        Assert.Equal(0, network.Mirror.Providers[0].Lies);
    }

    private static void Run(int seed, Manner[] manners, int rounds)
    {
        string what = $"seed {seed} ({string.Join(' ', manners)})";
        Random random = new(seed);
        SimulatedChain chain = new(seed);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, manners);
        for (int round = 0; round < rounds; round++)
        {
            if (round > 0 && random.Next(2) == 0)
                chain.Reorganise(random.Next(1, 33), random.Next(1, 40));
            else
                chain.Grow(random.Next(1, 30));
            for (int i = random.Next(30); i > 0; i--)
                network.Step(); // sometimes the chain moves on in the middle of the walk
            if (random.Next(3) == 0)
                chain.Reorganise(random.Next(1, 4), random.Next(1, 6));
            network.Settle($"{what}, round {round}");
        }
    }
}
