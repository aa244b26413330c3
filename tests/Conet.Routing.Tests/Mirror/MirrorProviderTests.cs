using System.Globalization;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Routing.Tests.Mirror;

/// <summary>What a mirror does about each kind of bad provider, and what the operator reads.</summary>
public sealed class MirrorProviderTests
{
    [Theory]
    [InlineData((int)Manner.OmitsLogs, "left out, altered or invented events")]
    [InlineData((int)Manner.AltersLogs, "left out, altered or invented events")]
    [InlineData((int)Manner.InventsLogs, "left out, altered or moved events")]
    [InlineData((int)Manner.ReordersLogs, "left out, altered or moved events")]
    [InlineData((int)Manner.FalseProofs, "a proof that does not hold")]
    [InlineData((int)Manner.WrongParents, "a header of block")]
    [InlineData((int)Manner.GarbledHeaders, "a header of block")]
    [InlineData((int)Manner.InventsBlocks, "as block")]
    [InlineData((int)Manner.StaysBehind, "stays at block")]
    [InlineData((int)Manner.OtherChain, "is on chain 1, not 31337")]
    [InlineData((int)Manner.AnswersTooMuch, "TooLarge")]
    [InlineData((int)Manner.Stalls, "Timeout")]
    [InlineData((int)Manner.Absent, "Unreachable")]
    [InlineData((int)Manner.RefusesRanges, "refuses logs of")]
    public void A_bad_provider_is_named_with_what_it_did_and_the_others_serve(int manner, string note)
    {
        SimulatedChain chain = new(11);
        chain.Grow(60);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, (Manner)manner, Manner.Honest, Manner.Honest);
        for (int i = 0; i < 60; i++)
        {
            chain.Grow(2);
            network.Settle($"{(Manner)manner}, {i}");
            network.RunFor(2_000);
        }

        Assert.Contains(network.Notes, text =>
            text.Contains(SimulatedNetwork.Name(0), StringComparison.Ordinal)
            && text.Contains(note, StringComparison.Ordinal));
        Assert.DoesNotContain(network.Notes, text =>
            text.Contains("provider-1", StringComparison.Ordinal)
            || text.Contains("provider-2", StringComparison.Ordinal));
        Assert.True(network.Mirror.IsConfirmed);
        Assert.True(network.Mirror.IsProved);
        Assert.NotNull(network.Mirror.Providers[0].LastProblem);
        bool isOfLessUse = network.Mirror.Providers[0].Score < network.Mirror.Providers[1].Score;
        bool isOnlySmall = (Manner)manner is Manner.RefusesRanges or Manner.InventsBlocks;
        Assert.True(isOfLessUse || isOnlySmall);
        Assert.True(network.OpenMax <= MirrorLimits.OutstandingMax);
    }

    [Theory]
    [InlineData((int)Manner.Absent)]
    [InlineData((int)Manner.OtherChain)]
    [InlineData((int)Manner.OmitsLogs)]
    [InlineData((int)Manner.AltersLogs)]
    [InlineData((int)Manner.InventsLogs)]
    public void One_bad_provider_alone_never_makes_a_wrong_table_and_is_named(int manner)
    {
        SimulatedChain chain = new(1);
        chain.Grow(40);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, (Manner)manner);
        network.RunFor(300_000);
        Assert.NotNull(network.Mirror.Providers[0].LastProblem);
        Assert.False(network.Mirror.IsAtHead);
    }

    [Theory]
    [InlineData((int)Manner.Slow)]
    [InlineData((int)Manner.Stalls)]
    [InlineData((int)Manner.Flapping)]
    public void A_slow_provider_first_in_the_list_slows_the_table_little(int manner)
    {
        SimulatedChain chain = new(12);
        chain.Grow(60);
        SimulatedNetwork network = SimulatedNetwork.Of(
            chain, (Manner)manner, Manner.Honest, Manner.Honest);
        network.Settle("start", 10_000);
        List<ulong> delays = [];
        for (int i = 0; i < 100; i++)
        {
            chain.Grow(1);
            ulong start = network.NowMs;
            network.Settle($"block {i}");
            delays.Add(network.NowMs - start);
        }

        delays.Sort();
        Assert.True(delays[50] < 1_000, $"median {delays[50]} ms");
        Assert.True(delays[^1] < 4_000, $"slowest {delays[^1]} ms");
    }

    [Fact]
    public void A_provider_that_keeps_failing_rests_twice_as_long_each_time_and_tells_its_chain_again()
    {
        SimulatedChain chain = new(13);
        chain.Grow(20);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Absent, Manner.Honest, Manner.Honest);
        List<ulong> rests = [];
        ulong until = 0;
        while (rests.Count < 9)
        {
            network.Step();
            if (network.Mirror.Providers[0].NotBeforeMs == until)
                continue;
            until = network.Mirror.Providers[0].NotBeforeMs;
            rests.Add(until - network.NowMs);
        }

        Assert.Equal([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000], rests);
        network.Providers[0].Manner = Manner.OtherChain;
        network.RunFor(130_000);
        Assert.True(network.Mirror.Providers[0].IsOnOtherChain);
        Assert.False(network.Mirror.Providers[0].IsKnown);
        network.Providers[0].Manner = Manner.Honest;
        network.RunFor(130_000);
        Assert.True(network.Mirror.Providers[0].IsKnown);
        Assert.True(network.Mirror.Providers[0].Answers > 0);
    }

    [Fact]
    public void A_provider_that_changes_to_another_chain_without_a_break_is_found_out()
    {
        SimulatedChain chain = new(14);
        chain.Grow(30);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Honest, Manner.Honest, Manner.Honest);
        network.Settle("before");
        SimulatedChain other = new(15);
        other.Grow(90);
        network.Providers[2].Chain = other;
        network.Providers[2].Manner = Manner.OtherChain;
        for (int i = 0; i < 30; i++)
        {
            chain.Grow(1);
            network.Settle($"block {i}");
            network.RunFor(3_000);
        }

        Assert.True(network.Mirror.Providers[2].IsOnOtherChain);
        Assert.Contains(network.Notes, note => note.Contains("is on chain 1", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_providers_confirm_each_other_and_one_alone_serves_unconfirmed_after_a_while()
    {
        SimulatedChain chain = new(16);
        chain.Grow(30);
        SimulatedNetwork network = SimulatedNetwork.Of(chain, Manner.Honest, Manner.Honest);
        network.Settle("both");
        Assert.True(network.Mirror.IsConfirmed);
        network.Providers[0].Manner = Manner.Absent;
        network.RunFor(1_000);
        chain.Grow(1);
        network.RunFor(MirrorLimits.UnconfirmedAfterMs / 2);
        Assert.False(network.Mirror.IsAtHead && network.Mirror.VerifiedHash == chain.Head.Header.Hash);
        network.Settle("one alone");
        Assert.False(network.Mirror.IsConfirmed);
        Assert.True(network.Mirror.IsProved);
        network.Providers[0].Manner = Manner.Honest;
        network.RunFor(130_000);
        Assert.True(network.Mirror.IsConfirmed);
    }

    [Fact]
    public void Of_three_providers_one_alone_is_not_believed()
    {
        SimulatedChain chain = new(24);
        chain.Grow(30);
        SimulatedNetwork network = SimulatedNetwork.Of(
            chain, Manner.Honest, Manner.Honest, Manner.InventsBlocks);
        network.Settle("three");
        Bytes32 hash = network.Mirror.VerifiedHash;
        network.Providers[0].Manner = network.Providers[1].Manner = Manner.Absent;
        network.RunFor(300_000);
        Assert.Equal(hash, network.Mirror.VerifiedHash);
        network.Providers[0].Manner = Manner.Honest;
        network.Providers[2].Manner = Manner.Honest;
        chain.Grow(1);
        network.Settle("two");
        Assert.True(network.Mirror.IsConfirmed);
    }

    [Fact]
    public void Of_two_providers_that_name_different_blocks_neither_is_believed_and_both_are_named()
    {
        SimulatedChain chain = new(17), other = new(18);
        chain.Grow(30);
        other.Grow(30);
        SimulatedNetwork network = new(chain,
            [new SimulatedProvider(chain, Manner.Honest, 1), new SimulatedProvider(other, Manner.Honest, 2)]);
        network.RunFor(120_000);
        Assert.Equal(0UL, network.Mirror.VerifiedBlock);
        foreach (string name in (string[])["provider-0", "provider-1"])
            Assert.Contains(network.Notes, note => note.Contains(name, StringComparison.Ordinal)
                && note.Contains("no block has a majority", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_that_leaves_the_finalised_block_is_followed_only_when_every_provider_names_it()
    {
        SimulatedChain chain = new(19), branch = new(19);
        chain.Grow(90);
        branch.Grow(90); // the same seed makes the same blocks
        SimulatedNetwork network = new(chain, [.. Enumerable.Range(0, 3).Select(i =>
            new SimulatedProvider(chain, Manner.Honest, i) { Finalised = 80 })]);
        network.Settle("before");
        network.RunFor(1_000);
        Assert.Equal(80UL, network.Mirror.FinalisedBlock);
        Bytes32 hash = network.Mirror.VerifiedHash;
        branch.Reorganise(depth: 30, blocks: 40);
        network.Providers[0].Chain = network.Providers[1].Chain = branch;
        network.RunFor(60_000);
        Assert.Equal(hash, network.Mirror.VerifiedHash);
        Assert.Contains(network.Notes, note => note.Contains("provider-0", StringComparison.Ordinal)
            && note.Contains("leaves the finalised block", StringComparison.Ordinal));
        network.Providers[2].Chain = branch;
        for (int i = 0; i < 120 && network.Mirror.VerifiedHash != branch.Head.Header.Hash; i++)
            network.RunFor(1_000);
        Assert.Equal(branch.Head.Header.Hash, network.Mirror.VerifiedHash);
        Truth.AssertIs(network.Mirror.Table, branch.Head, "the branch");
    }

    [Theory]
    [InlineData("block range is too wide, max {0} blocks")]
    [InlineData("query returned more than 10000 results. Try with this block range [0x5, 0x9].")]
    [InlineData("limit exceeded")]
    public void A_range_that_a_provider_refuses_is_asked_in_parts_that_it_takes(string refusal)
    {
        SimulatedChain chain = new(20);
        chain.Grow(400);
        SimulatedProvider provider = new(chain, Manner.RefusesRanges, 1) { Refusal = refusal, RangeMax = 5 };
        SimulatedNetwork network = new(chain, [provider]);
        network.Settle(refusal);
        Assert.True(provider.LargestRange == 5, $"ranges of {provider.LargestRange} blocks");
        Assert.True(provider.LogsAsked < 150, $"{provider.LogsAsked} questions");
    }

    [Fact]
    public void An_answer_cut_at_a_round_number_is_asked_again_in_parts_and_the_cap_is_remembered()
    {
        SimulatedChain chain = new(21) { EventsMax = 9 };
        chain.Grow(900);
        SimulatedProvider provider = new(chain, Manner.CutsLogs, 1) { Cap = 500 };
        SimulatedNetwork network = new(chain, [provider]);
        network.Settle("cut");
        Assert.Equal(0, network.Mirror.Providers[0].Lies);
        Assert.Contains(network.Notes, note =>
            note.Contains("cuts answers at 500 logs", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_nobody_can_prove_the_word_of_most_stands_and_the_status_says_so()
    {
        SimulatedChain chain = new(22, isHashed: false);
        chain.Grow(60);
        SimulatedNetwork network = SimulatedNetwork.Of(
            chain, Manner.CannotProve, Manner.CannotProve, Manner.CannotProve);
        network.Settle("called");
        Assert.True(network.Mirror.IsConfirmed);
        Assert.False(network.Mirror.IsProved);
        Assert.Equal(0UL, network.Mirror.ProvedBlock);

        SimulatedNetwork mixed = SimulatedNetwork.Of(chain, Manner.CannotProve, Manner.Honest);
        mixed.Settle("another can");
        Assert.True(mixed.Mirror.IsProved);
        Assert.Equal(chain.Head.Header.Number, mixed.Mirror.ProvedBlock);
    }

    [Fact]
    public void Where_no_one_keeps_old_state_a_lie_about_old_events_is_found_at_the_head()
    {
        SimulatedChain chain = new(25);
        chain.Grow(400);
        SimulatedNetwork network = Forgetful(chain, Manner.OmitsLogs);
        network.Settle("left out");
        Assert.True(network.Mirror.IsProved);
        Assert.True(network.Mirror.Providers[0].Lies > 0);
        Assert.Equal(0, network.Mirror.Providers[1].Lies + network.Mirror.Providers[2].Lies);
        Assert.Contains(network.Notes, note =>
            note.Contains("provider-0 left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_old_events_came_from_one_and_new_ones_from_another_neither_is_blamed_unheard()
    {
        SimulatedChain chain = new(26);
        chain.Grow(400);
        SimulatedNetwork network = Forgetful(chain, Manner.OmitsLogs);
        while (network.Providers[0].LogsAsked == 0)
            network.Step();
        network.Providers[0].Manner = Manner.Absent;
        network.Settle("another goes on");
        Assert.True(network.Mirror.IsProved);
        Assert.Equal(0, network.Mirror.Providers.Sum(provider => provider.Lies));
        Assert.Contains(network.Notes, note =>
            note.Contains("they are asked again one by one", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Try with this block range [0x64, 0xc8]", 101)]
    [InlineData("try with this block range [100, 199].", 100)]
    [InlineData("eth_getLogs is limited to a 10,000 block range", 10_000)]
    [InlineData("exceed maximum block range: 2000", 2_000)]
    [InlineData("you can make eth_getLogs requests with up to a 2K block range", 2_000)]
    [InlineData("block range is too wide, max 1000", 1_000)]
    [InlineData("query exceeds max results 20000, retry with the range 100-200", 20_000)]
    [InlineData("limit exceeded", 0)]
    [InlineData("Try with this block range [0xc8, 0x64]", 0)]
    [InlineData("query timeout exceeded", 0)]
    public void What_a_refusal_says_of_ranges_is_read(string text, int blocks)
    {
        bool isRead = RangeHint.TryRead(text, out ulong read);
        Assert.Equal(blocks > 0, isRead);
        Assert.Equal((ulong)blocks, read);
    }

    [Fact]
    public void Hostile_refusals_are_read_in_time()
    {
        Random random = new(23);
        string[] parts =
            ["range [", "0x", "max ", "block ", "1", ",", " ", "k", "]", "limited to ", "9999999999"];
        for (int i = 0; i < 2_000; i++)
        {
            string text = string.Concat(
                Enumerable.Range(0, 60).Select(_ => parts[random.Next(parts.Length)]));
            if (RangeHint.TryRead(text, out ulong blocks))
                Assert.InRange(blocks, 1UL, MirrorLimits.RangeBlocksMax);
            _ = RangeHint.IsOfRate(text);
        }
    }

    [Fact]
    public void A_refused_range_is_not_tried_again_soon_and_good_answers_let_ranges_grow()
    {
        LogRange range = new();
        for (int i = 0; i < 200; i++)
            range.OnAnswer(range.Blocks, 10, 1_000);
        Assert.Equal(MirrorLimits.RangeBlocksMax, range.Blocks);
        range.OnRefused(8_000, 0, 1_000);
        for (int i = 0; i < 200; i++)
            range.OnAnswer(range.Blocks, 10, 2_000);
        Assert.True(range.Blocks < 8_000, range.Blocks.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < 200; i++)
            range.OnAnswer(range.Blocks, 10, 1_000 + MirrorLimits.RangeRefusalMs);
        Assert.True(range.Blocks > 8_000);
        range.OnRefused(1, 0, 1_000);
        Assert.Equal(1UL, range.Blocks);
    }

    private static SimulatedNetwork Forgetful(SimulatedChain chain, Manner first) => new(
        chain,
        [
            .. ((Manner[])[first, Manner.Honest, Manner.Honest]).Select((manner, i) =>
                new SimulatedProvider(chain, manner, i + 1) { StateBlocks = 8 }),
        ]);
}
