using System.Net;
using Conet.Client;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Thin;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

/// <summary>
/// Whom a thin client asks, what it names, and what it believes; nodes are functions here, honest or not,
/// over a registry on paper.
/// </summary>
public sealed class ThinDirectoryTests
{
    private const int Wallets = 700;
    private static readonly PaperRegistry _registry = new(Wallets, seed: 21);
    private readonly FakeNodes _nodes = new(_registry);
    private readonly FixedTime _time = new(PaperRegistry.TimeSeconds + 30);
    private readonly FakeHeaders _headers = new(_registry.Header);
    private readonly ThinDirectory _directory;

    public ThinDirectoryTests() => _directory = Make(3);

    private static BucketRecord Someone => _registry.Records[123];

    [Fact]
    public async Task A_route_is_found_proved_and_signed_and_then_known()
    {
        Assert.False(_directory.TryGetRoute(Someone.Wallet, out _));
        ThinLookup found = await LookUpAsync();
        Assert.Equal(ThinOutcome.Found, found.Outcome);
        Assert.Empty(found.Problems);
        Assert.True(found.Route!.IsSigned);
        Assert.Equal(Someone.Route.Prekey.ToArray(), found.Route.Prekey.ToArray());
        Assert.Equal([new NodeId(1), new NodeId(2)], found.Route.Homes);
        Assert.Equal(Someone.Route.Packed.ExpiresUnixSeconds, found.Route.ExpiresUnixSeconds);

        // Its neighbours came along, and nobody is asked again.
        int asked = _nodes.Asked.Count;
        BucketRecord neighbour = _registry.Records[124];
        Assert.True(_directory.TryGetRoute(neighbour.Wallet, out RouteInfo? route) && route.IsSigned);
        found = await _directory.LookUpAsync(_nodes, neighbour.Wallet, default);
        Assert.Equal(ThinOutcome.Found, found.Outcome);
        Assert.Equal(asked, _nodes.Asked.Count);
        Assert.Single(_headers.Asked);
    }

    [Fact]
    public async Task Nothing_but_the_bits_that_suit_the_table_is_ever_named()
    {
        await LookUpAsync();
        Assert.All(_nodes.Asked, asked => Assert.True(asked.Prefix.Contains(Someone.Wallet)));
        Assert.Equal([0, 0, 1], _nodes.Asked.Select(asked => asked.Prefix.Bits).Order());
        Assert.Equal([_registry.Header.Number], _headers.Asked);
    }

    [Fact]
    public async Task A_node_that_says_its_table_is_huge_does_not_make_the_client_name_more()
    {
        _nodes.Of(1).TableRecords = _nodes.Of(2).TableRecords = ulong.MaxValue;
        for (int i = 0; i < 30; i++)
        {
            // Two of three lie; whichever two are asked, the client's own limit stays.
            await Make(3, bitsMax: 5).LookUpAsync(_nodes, Someone.Wallet, default);
        }

        Assert.All(_nodes.Asked, asked => Assert.InRange(asked.Prefix.Bits, 0, 5));
        _nodes.Asked.Clear();
        _nodes.Of(2).TableRecords = Wallets;
        for (int i = 0; i < 30; i++)
            await LookUpAsync();
        Assert.All(_nodes.Asked, asked => Assert.InRange(asked.Prefix.Bits, 0, 1));
    }

    [Fact]
    public async Task A_liar_s_bucket_is_refused_with_a_reason_and_another_node_is_asked()
    {
        foreach (uint liar in new uint[] { 1, 2, 3 })
        {
            _nodes.Of(liar).Alter = content =>
            {
                content[^1] ^= 1;
                return content;
            };
            bool wasNamed = false;
            for (int i = 0; i < 20 && !wasNamed; i++)
            {
                ThinLookup found = await Make(3).LookUpAsync(_nodes, Someone.Wallet, default);
                Assert.Equal(ThinOutcome.Found, found.Outcome);
                wasNamed = found.Problems.Contains(
                    $"node {liar} gave a bucket that is refused: BadStorageProof");
            }

            Assert.True(wasNamed);
            _nodes.Of(liar).Alter = content => content;
        }
    }

    [Fact]
    public async Task When_every_node_lies_nothing_is_believed_and_every_reason_is_told()
    {
        _nodes.Of(1).Alter = content => content[..^1];
        _nodes.Of(2).Alter = _ => new PaperRegistry(300, seed: 99).Content(default(AddressPrefix));
        _nodes.Of(3).Alter = content =>
        {
            content[BucketFormat.HeadSize + 30] ^= 1;
            return content;
        };
        ThinLookup found = await LookUpAsync();
        Assert.Equal((ThinOutcome.Failed, null), (found.Outcome, found.Route));
        Assert.Equal(
            [
                "node 1 gave a bucket that is refused: Malformed",
                "node 2 gave a bucket that is refused: WrongBlock",
                "node 3 gave a bucket that is refused: BadStorageProof",
            ],
            found.Problems.Order());
        Assert.False(_directory.TryGetRoute(Someone.Wallet, out _));
    }

    [Fact]
    public async Task A_route_whose_signature_was_altered_or_taken_away_is_had_from_another_node()
    {
        int at = BucketFormat.HeadSize + 84;
        void Spoil(uint node, Action<Memory<byte>> spoil) => _nodes.Of(node).Alter = content =>
        {
            int record = Array.IndexOf(
                [.. _registry.Records.Where(known => Prefix.Contains(known.Wallet))], Someone);
            spoil(content.AsMemory(at + (record * BucketFormat.RecordSize), 64));
            return content;
        };
        Spoil(1, signature => signature.Span[0] ^= 1);
        Spoil(2, signature => signature.Span.Clear());
        for (int i = 0; i < 10; i++)
        {
            ThinLookup found = await Make(3).LookUpAsync(_nodes, Someone.Wallet, default);
            Assert.True(found.Route!.IsSigned);
            Assert.All(found.Problems, problem => Assert.Contains("signature", problem));
        }

        // If nobody has the signature, the route is said to be unsigned, and a client never seals to it.
        Spoil(1, signature => signature.Span.Clear());
        Spoil(3, signature => signature.Span.Clear());
        ThinLookup unsigned = await LookUpAsync();
        Assert.Equal(ThinOutcome.Found, unsigned.Outcome);
        Assert.False(unsigned.Route!.IsSigned);
        Assert.Equal(3, unsigned.Problems.Count);
    }

    [Fact]
    public async Task A_wallet_that_no_node_knows_is_not_known_after_three_were_asked()
    {
        ThinLookup found = await _directory.LookUpAsync(_nodes, PaperRegistry.Registry, default);
        Assert.Equal((ThinOutcome.NotKnown, null), (found.Outcome, found.Route));
        Assert.Equal(3, _nodes.Asked.Count(asked => asked.Prefix.Bits == 1));
    }

    [Fact]
    public async Task An_old_block_played_again_is_refused_and_so_is_an_older_route()
    {
        PaperRegistry newer = new(Wallets, seed: 21, 200, PaperRegistry.TimeSeconds + 1_000, epoch: 4);
        _headers.Add(newer.Header);
        _nodes.Registry = newer;
        _time.Seconds = PaperRegistry.TimeSeconds + 1_010;
        ThinLookup found = await LookUpAsync();
        Assert.Equal(4u, found.Route!.Epoch);

        // The older block is within the hour, but this client has seen a later route.
        _nodes.Registry = _registry;
        _time.Seconds = PaperRegistry.TimeSeconds + 3_000;
        found = await LookUpAsync();
        Assert.Equal(ThinOutcome.Failed, found.Outcome);
        Assert.All(found.Problems, problem => Assert.Contains("older route than is known", problem));

        // A client that saw nothing before refuses it when it is too old.
        _time.Seconds = PaperRegistry.TimeSeconds + 3_601;
        found = await Make(3).LookUpAsync(_nodes, Someone.Wallet, default);
        Assert.Equal(ThinOutcome.Failed, found.Outcome);
        Assert.All(found.Problems, problem => Assert.Contains("Stale", problem));
    }

    [Fact]
    public async Task A_block_that_the_header_source_does_not_know_is_not_believed()
    {
        _headers.Clear();
        ThinLookup found = await LookUpAsync();
        Assert.Equal(ThinOutcome.Failed, found.Outcome);
        Assert.All(found.Problems, problem => Assert.Contains("which no quorum knows", problem));
    }

    [Fact]
    public async Task Routes_that_ran_out_are_not_in_force()
    {
        _nodes.Registry = new PaperRegistry(Wallets, seed: 21, 300, PaperRegistry.TimeSeconds + 999_990);
        _headers.Add(_nodes.Registry.Header);
        _time.Seconds = PaperRegistry.TimeSeconds + 999_995;
        Assert.Equal(ThinOutcome.Found, (await LookUpAsync()).Outcome);
        _time.Seconds = PaperRegistry.TimeSeconds + 1_000_000;
        Assert.False(_directory.TryGetRoute(Someone.Wallet, out _));
    }

    [Fact]
    public async Task Nodes_that_are_busy_or_have_nothing_are_told()
    {
        _nodes.Of(1).State = BucketState.Busy;
        _nodes.Of(2).State = BucketState.NotAvailable;
        ThinLookup found = await LookUpAsync();
        Assert.Equal(ThinOutcome.Failed, found.Outcome); // one size is not believed
        Assert.Contains("node 1 is busy", found.Problems);
        Assert.Contains("node 2 has no buckets now", found.Problems);
        _nodes.Of(2).State = null;
        Assert.Equal(ThinOutcome.Found, (await LookUpAsync()).Outcome);
    }

    [Fact]
    public async Task A_small_table_is_looked_through_whole_and_asked_for_once()
    {
        PaperRegistry small = new(12, seed: 5, number: 100, PaperRegistry.TimeSeconds);
        FakeNodes nodes = new(small);
        ThinDirectory directory = Make(1, headers: new FakeHeaders(small.Header));
        ThinLookup found = await directory.LookUpAsync(nodes, small.Records[3].Wallet, default);
        Assert.Equal(ThinOutcome.Found, found.Outcome);
        Assert.Equal(default, Assert.Single(nodes.Asked).Prefix);
    }

    private static AddressPrefix Prefix => AddressPrefix.Of(Someone.Wallet, 1);

    private Task<ThinLookup> LookUpAsync() => _directory.LookUpAsync(_nodes, Someone.Wallet, default);

    private ThinDirectory Make(int nodes, int bitsMax = 24, IHeaderSource? headers = null) =>
        new(new ThinOptions
        {
            Network = new NetworkId(PaperRegistry.ChainId, PaperRegistry.Registry),
            Nodes =
            [
                .. Enumerable.Range(1, nodes).Select(id => new NodeInfo(
                    new NodeId((uint)id), new IPEndPoint(IPAddress.Loopback, 1), new byte[32])),
            ],
            Headers = headers ?? _headers,
            BitsMax = bitsMax,
            Time = _time,
        });

    private sealed class FixedTime(ulong seconds) : TimeProvider
    {
        public ulong Seconds { get; set; } = seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds((long)Seconds);
    }

    private sealed class FakeHeaders(BlockHeader first) : IHeaderSource
    {
        private readonly Dictionary<ulong, BlockHeader> _headers = new() { [first.Number] = first };

        public List<ulong> Asked { get; } = [];

        public void Add(BlockHeader header) => _headers[header.Number] = header;

        public void Clear() => _headers.Clear();

        public Task<BlockHeader?> GetAsync(ulong number, CancellationToken ct)
        {
            Asked.Add(number);
            return Task.FromResult(_headers.GetValueOrDefault(number));
        }
    }

    private sealed class FakeNode
    {
        public ulong? TableRecords { get; set; }

        public BucketState? State { get; set; }

        public Func<byte[], byte[]> Alter { get; set; } = content => content;
    }

    private sealed class FakeNodes(PaperRegistry registry) : IBucketSource
    {
        private readonly Dictionary<uint, FakeNode> _nodes = [];

        public PaperRegistry Registry { get; set; } = registry;

        public List<(uint Node, AddressPrefix Prefix)> Asked { get; } = [];

        public FakeNode Of(uint id) =>
            _nodes.TryGetValue(id, out FakeNode? node) ? node : _nodes[id] = new FakeNode();

        public Task<BucketFetch> FetchAsync(NodeId node, AddressPrefix prefix, CancellationToken ct)
        {
            Asked.Add((node.Value, prefix));
            FakeNode fake = Of(node.Value);
            ulong size = fake.TableRecords ?? (ulong)Registry.Records.Count;
            if (fake.State is { } state)
                return Task.FromResult(new BucketFetch(state, size, prefix, default, string.Empty));
            AddressPrefix given = prefix;
            while (given.Bits > 0 && Registry.Records.Count(r => given.Contains(r.Wallet)) < 256)
                given = given.Shorten(given.Bits - 1);
            byte[] content = fake.Alter(Registry.Content(given));
            return Task.FromResult(new BucketFetch(BucketState.Ready, size, given, content, string.Empty));
        }
    }
}
