using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Mirror;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Thin;

/// <summary>Buckets of a mirrored table and the proofs of a real chain with some hundred wallets.</summary>
public sealed class BucketMakerTests(ITestOutputHelper output)
{
    private const int Wallets = 560;

    [SkippableFact]
    public async Task Buckets_of_a_live_chain_hold_and_have_the_longest_prefix_with_256_routes()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        Address[] wallets = await ManyRoutes.SetAsync(anvil, registries, Wallets);
        await using RunningMirror mirror = new(registries.Options, [anvil.Rpc]);
        BlockHeader head = await anvil.HeadAsync();
        await mirror.WaitForAsync(head, "the mirror");
        MirrorSnapshot snapshot = mirror.Runner.Snapshot!;
        BucketMaker maker = new(registries.Options, [anvil.Rpc]);

        foreach (int bits in new[] { 0, 1, 7, 32 })
        {
            AddressPrefix asked = AddressPrefix.Of(wallets[0], bits);
            MadeBucket made = await maker.MakeAsync(snapshot, asked, CancellationToken.None);
            Assert.True(made.State == BucketState.Ready, made.Problem);

            // The slow twin: count under each prefix, longest first.
            int longest = Enumerable.Range(0, bits + 1).Reverse().First(length => length == 0
                || wallets.Count(wallet => asked.Shorten(length).Contains(wallet))
                    >= BucketLimits.RecordsMin);
            Assert.Equal(asked.Shorten(longest), made.Prefix);
            Address[] expected = [.. wallets.Where(wallet => made.Prefix.Contains(wallet)).Order()];
            Assert.Equal(expected.Length, made.Records);
            RouteBucket bucket = Verified(registries.Options, made, asked, head);
            Assert.Equal(expected, bucket.Records.Select(record => record.Wallet));
            Assert.All(bucket.Records, record => Assert.True(registries.TypedData.VerifyRoute(
                record.Wallet, record.Route.Prekey, record.Route.Packed, record.Signature)));
            Assert.Equal(
                await registries.ReadRouteAsync(expected[3]), bucket.Records[3].Route);
            output.WriteLine($"{bits} bits asked, {made.Prefix.Bits} answered: {made.Records} routes, "
                + $"{made.Content.Length} bytes");
        }
    }

    [SkippableFact]
    public async Task What_a_provider_proves_of_another_state_than_the_table_s_is_not_handed_out()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        await ManyRoutes.SetAsync(anvil, registries, 3);
        await using RunningMirror mirror = new(registries.Options, [anvil.Rpc]);
        await mirror.WaitForAsync(await anvil.HeadAsync(), "the mirror");
        MirrorSnapshot before = mirror.Runner.Snapshot!;
        await ManyRoutes.SetAsync(anvil, registries, 3, epoch: 2);
        BlockHeader head = await anvil.HeadAsync();
        await mirror.WaitForAsync(head, "the mirror");

        // The old table under the new block's name: the words that are proved are not its words.
        BucketMaker maker = new(registries.Options, [anvil.Rpc]);
        MadeBucket made = await maker.MakeAsync(
            before with { BlockNumber = head.Number, BlockHash = head.Hash }, default,
            CancellationToken.None);
        Assert.Equal(BucketState.NotAvailable, made.State);
        Assert.Contains("other words than the table's", made.Problem);
        Assert.True(made.Content.IsEmpty);

        // A block that the provider does not know, then a provider that is gone, then a good one.
        made = await maker.MakeAsync(
            before with { BlockHash = head.StateRoot }, default, CancellationToken.None);
        Assert.Equal(BucketState.NotAvailable, made.State);
        await using JsonRpcProvider gone = JsonRpcProvider.Connect(new Uri("http://127.0.0.1:9/"), 31_337);
        made = await new BucketMaker(registries.Options, [gone, anvil.Rpc]).MakeAsync(
            mirror.Runner.Snapshot!, default, CancellationToken.None);
        Assert.Equal((BucketState.Ready, 3), (made.State, made.Records));
        Verified(registries.Options, made, default, head);
    }

    private static RouteBucket Verified(
        MirrorOptions options, MadeBucket made, AddressPrefix asked, BlockHeader head)
    {
        Assert.Equal(BucketProblem.None, ReceivedBucket.TryRead(
            made.Content.Span, options.ChainId, options.RouteRegistry, asked, out ReceivedBucket? received));
        Assert.Equal(
            BucketProblem.None,
            received!.TryVerify(head, head.TimestampSeconds, 60, out RouteBucket? bucket));
        return bucket!;
    }
}
