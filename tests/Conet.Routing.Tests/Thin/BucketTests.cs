using Conet.Routing.Chain;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Xunit.Abstractions;

namespace Conet.Routing.Tests.Thin;

/// <summary>What a thin client believes of a bucket, against a registry on paper.</summary>
public sealed class BucketTests(ITestOutputHelper output)
{
    private const ulong Now = PaperRegistry.TimeSeconds + 60;
    private const ulong AgeMax = 3_600;
    private static readonly World _world = new();

    private static PaperRegistry Registry => _world.Registry;

    /// <summary>The upper half: its one bit is set, so that no shorter prefix has the same bytes.</summary>
    private static AddressPrefix One => AddressPrefix.Of(Registry.Records[^1].Wallet, 1);

    [Fact]
    public void Every_route_of_a_bucket_is_proved_and_signed()
    {
        byte[] content = Registry.Content(One);
        Assert.Equal(BucketProblem.None, Judge(content, One, out RouteBucket? bucket));
        BucketRecord[] expected = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        Assert.InRange(expected.Length, BucketLimits.RecordsMin, BucketLimits.RecordsMax);
        Assert.Equal(expected, bucket!.Records);
        foreach (BucketRecord record in Registry.Records)
        {
            Assert.Equal(One.Contains(record.Wallet), bucket.TryGet(record.Wallet, out BucketRecord found));
            Assert.True(!One.Contains(record.Wallet) || IsSigned(found));
        }

        output.WriteLine($"{expected.Length} routes of {Registry.Records.Count}: {content.Length} bytes");
    }

    /// <summary>
    /// Signatures are no part of storage: an altered one is found by whoever uses the route, and every other
    /// altered bit by the bucket itself.
    /// </summary>
    [Fact]
    public void Every_altered_bit_is_refused()
    {
        int seed = Environment.TickCount & 0xFFFF;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[] content = Registry.Content(One);
        int signatures = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] altered = [.. content];
            int at = i < BucketFormat.HeadSize ? i : random.Next(altered.Length);
            altered[at] ^= (byte)(1 << random.Next(8));
            if (Judge(altered, One, out RouteBucket? bucket) != BucketProblem.None)
            {
                Assert.Null(bucket);
                continue;
            }

            int record = (at - BucketFormat.HeadSize) / BucketFormat.RecordSize;
            Assert.True(
                at >= BucketFormat.HeadSize && record < bucket!.Records.Count
                    && (at - BucketFormat.HeadSize) % BucketFormat.RecordSize >= 84,
                $"byte {at} of {altered.Length}");
            Assert.False(IsSigned(bucket!.Records[record]), $"byte {at}");
            signatures++;
        }

        Assert.True(signatures > 0);
    }

    [Fact]
    public void A_bucket_cut_off_anywhere_or_longer_than_it_says_is_refused()
    {
        byte[] content = Registry.Content(One);
        Random random = new(5);
        for (int i = 0; i < 300; i++)
            Refused(BucketProblem.Malformed, content[..random.Next(content.Length)]);
        Refused(BucketProblem.Malformed, [.. content, 0]);
        Refused(BucketProblem.Malformed, []);
        Refused(BucketProblem.Malformed, new byte[BucketLimits.ContentBytesMax + 1]);
    }

    [Fact]
    public void Records_out_of_order_twice_or_of_another_prefix_are_refused()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        BucketRecord stranger = Registry.Records.First(record => !One.Contains(record.Wallet));
        Refused(BucketProblem.Malformed, With([good[1], good[0], .. good[2..]]));
        Refused(BucketProblem.Malformed, With([good[0], .. good]));
        Refused(BucketProblem.Malformed, With([.. good.Append(stranger).OrderBy(record => record.Wallet)]));
    }

    [Fact]
    public void A_word_that_the_registry_does_not_hold_is_refused()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        PackedRoute packed = good[7].Route.Packed;
        Assert.True(PackedRoute.TryCreate(
            new NodeId(9), default, default, 1, packed.Epoch, packed.ExpiresUnixSeconds, 0,
            out PackedRoute elsewhere, out _));
        Refused(BucketProblem.BadStorageProof, With(Replaced(good, 7, good[7] with
        {
            Route = RouteRecord.Live(good[7].Route.Prekey, elsewhere),
        })));
        Refused(BucketProblem.BadStorageProof, With(Replaced(good, 7, good[7] with
        {
            Route = RouteRecord.Live(good[8].Route.Prekey, packed),
        })));
    }

    [Fact]
    public void Nodes_that_are_missing_left_over_or_in_another_order_are_refused()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        List<byte[]> nodes = Registry.NodesOf(good);
        PaperRegistry other = _world.Other;
        Refused(
            BucketProblem.BadStorageProof,
            Registry.Content(Registry.Head(One), good, other.NodesOf(other.Records.Take(1))[0]));
        Refused(BucketProblem.Malformed, Registry.Content(Registry.Head(One), good, new byte[1_025]));
        BucketFormat.TryParse(Registry.Content(One), out BucketFormat? format);
        Assert.Equal(nodes, format!.StorageNodes);
        byte[] Write(IReadOnlyList<byte[]> storage) =>
            BucketFormat.Write(format.Head, format.Records, format.AccountNodes, storage)!;
        Refused(BucketProblem.BadStorageProof, Write(nodes[..^1]));
        Refused(BucketProblem.BadStorageProof, Write([.. nodes[1..], nodes[0]]));
        Refused(BucketProblem.BadStorageProof, Write([.. nodes, nodes[3]]));
        Assert.Equal(BucketProblem.None, Judge(Write(nodes), One, out _));
        byte[] noAccount = BucketFormat.Write(format.Head, format.Records, format.AccountNodes[1..], nodes)!;
        Refused(BucketProblem.BadAccountProof, noAccount);
    }

    [Fact]
    public void A_bucket_of_another_network_block_or_state_is_refused()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        BucketHead head = Registry.Head(One);
        byte[] Of(BucketHead other) => Registry.Content(other, good);
        Refused(BucketProblem.WrongNetwork, Of(head with { ChainId = 1 }));
        Refused(BucketProblem.WrongNetwork, Of(head with { RouteRegistry = good[0].Wallet }));
        Refused(BucketProblem.WrongBlock, Of(head with { BlockNumber = head.BlockNumber + 1 }));
        Refused(BucketProblem.WrongBlock, Of(head with { BlockHash = head.StateRoot }));
        Refused(BucketProblem.WrongBlock, Of(head with { StateRoot = _world.Other.Header.StateRoot }));
        Refused(BucketProblem.WrongBlock, Of(head with { BlockTimeSeconds = head.BlockTimeSeconds + 1 }));

        // The header source reorganised: what was true of the other branch is no longer believed.
        Assert.Equal(BucketProblem.None, ReceivedBucket.TryRead(
            Registry.Content(One), PaperRegistry.ChainId, PaperRegistry.Registry, One,
            out ReceivedBucket? received));
        Assert.Equal(
            BucketProblem.WrongBlock, received!.TryVerify(_world.Other.Header, Now, AgeMax, out _));
        Assert.Equal(
            BucketProblem.BadAccountProof,
            ReadAndVerify(
                Of(head with { StateRoot = _world.Other.Header.StateRoot }),
                Registry.Header with { StateRoot = _world.Other.Header.StateRoot }));
    }

    [Theory]
    [InlineData(AgeMax, BucketProblem.None)]
    [InlineData(AgeMax + 1, BucketProblem.Stale)]
    [InlineData(-120L, BucketProblem.None)]
    [InlineData(-121L, BucketProblem.Stale)]
    public void An_old_block_played_again_is_refused_and_so_is_one_of_the_future(
        long age, BucketProblem expected)
    {
        ReceivedBucket.TryRead(
            Registry.Content(One), PaperRegistry.ChainId, PaperRegistry.Registry, One,
            out ReceivedBucket? received);
        ulong now = PaperRegistry.TimeSeconds + (ulong)age;
        Assert.Equal(expected, received!.TryVerify(Registry.Header, now, AgeMax, out _));
    }

    [Fact]
    public void A_bucket_hides_its_wallet_among_256_or_is_the_whole_table()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        Refused(BucketProblem.TooFew, With(good[..255]));
        Assert.Equal(BucketProblem.None, Judge(With(good[..256]), One, out _));

        // Whoever asked for one bit is answered by the whole table, but never by more bits or other ones.
        Assert.Equal(BucketProblem.None, Judge(Registry.Content(default(AddressPrefix)), One, out _));
        Address other = Registry.Records.First(record => !One.Contains(record.Wallet)).Wallet;
        Assert.Equal(
            BucketProblem.WrongPrefix, Judge(Registry.Content(One), AddressPrefix.Of(other, 1), out _));
        Assert.Equal(BucketProblem.WrongPrefix, Judge(Registry.Content(One), default, out _));
        PaperRegistry few = _world.Other;
        Assert.InRange(few.Records.Count, 1, 255);
        Assert.Equal(BucketProblem.None, ReadAndVerify(few.Content(default(AddressPrefix)), few.Header));
    }

    /// <summary>Storage keys are hashes: what a node leaves out, proofs and all, is not missed.</summary>
    [Fact]
    public void A_route_that_was_left_out_is_not_known_which_proves_nothing()
    {
        BucketRecord[] good = [.. Registry.Records.Where(record => One.Contains(record.Wallet))];
        byte[] without = With([.. good[..5], .. good[6..]]);
        Assert.Equal(BucketProblem.None, Judge(without, One, out RouteBucket? bucket));
        Assert.False(bucket!.TryGet(good[5].Wallet, out _));
    }

    [Theory]
    [InlineData(0ul, 0)]
    [InlineData(639ul, 0)]
    [InlineData(640ul, 1)]
    [InlineData(1_279ul, 1)]
    [InlineData(1_000_000ul, 11)]
    [InlineData(1_000_000_000ul, 21)]
    [InlineData(ulong.MaxValue, 32)]
    public void The_bits_named_follow_from_the_size_of_the_table(ulong records, int bits)
    {
        Assert.Equal(bits, RouteBucket.BitsFor(records));
        double met = records / Math.Pow(2, bits);
        Assert.True(
            bits is 0 or 32 || met is >= BucketLimits.RecordsAimed and < 2 * BucketLimits.RecordsAimed);
    }

    private static byte[] With(BucketRecord[] records) => Registry.Content(Registry.Head(One), records);

    private static BucketRecord[] Replaced(BucketRecord[] records, int index, BucketRecord record)
    {
        BucketRecord[] copy = [.. records];
        copy[index] = record;
        return copy;
    }

    private static bool IsSigned(BucketRecord record) => Registry.TypedData.VerifyRoute(
        record.Wallet, record.Route.Prekey, record.Route.Packed, record.Signature);

    private static void Refused(BucketProblem expected, byte[] content)
    {
        Assert.Equal(expected, Judge(content, One, out RouteBucket? bucket));
        Assert.Null(bucket);
    }

    private static BucketProblem Judge(byte[] content, AddressPrefix asked, out RouteBucket? bucket)
    {
        bucket = null;
        BucketProblem problem = ReceivedBucket.TryRead(
            content, PaperRegistry.ChainId, PaperRegistry.Registry, asked, out ReceivedBucket? received);
        return problem != BucketProblem.None
            ? problem
            : received!.TryVerify(Registry.Header, Now, AgeMax, out bucket);
    }

    private static BucketProblem ReadAndVerify(byte[] content, BlockHeader header)
    {
        BucketFormat.TryParse(content, out BucketFormat? format);
        ReceivedBucket.TryRead(
            content, PaperRegistry.ChainId, PaperRegistry.Registry, format!.Head.Prefix,
            out ReceivedBucket? received);
        return received!.TryVerify(header, Now, AgeMax, out _);
    }

    /// <summary>Two registries, made once.</summary>
    private sealed class World
    {
        public PaperRegistry Registry { get; } = new(wallets: 640, seed: 11);

        public PaperRegistry Other { get; } = new(wallets: 40, seed: 12);
    }
}
