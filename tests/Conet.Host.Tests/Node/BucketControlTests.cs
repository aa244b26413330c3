using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

/// <summary>A node's answers to thin clients, cell by cell.</summary>
public sealed class BucketControlTests : IDisposable
{
    private const int Pieces = 40;
    private static readonly UdpEndpoint _here = Endpoints.Of("192.0.2.10", 5_000);
    private static readonly UdpEndpoint _elsewhere = Endpoints.Of("198.51.100.7", 6_000);
    private readonly FakeBuckets _buckets = new();
    private readonly ControlBench _bench;
    private readonly TestClient _client;

    public BucketControlTests()
    {
        _bench = new ControlBench(buckets: _buckets);
        _client = new TestClient(_bench, _here);
        _client.Attach(lease: 86_400);
    }

    private static AddressPrefix Prefix => AddressPrefix.Of(FakeBuckets.Someone, 9);

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void A_client_is_told_how_its_bucket_stands_and_gets_the_pieces_it_names()
    {
        Assert.Equal(ControlDrop.None, _bench.Receive(SealAsk(), _here));
        MessageId request = _client.LastId;
        Assert.True(
            BucketStateBody.TryParse(_client.Expect(BodyKind.BucketState), out BucketStateBody state));
        Assert.Equal(
            (request, BucketState.Ready, 1_234_567ul), (state.RequestId, state.State, state.TableRecords));
        Assert.Equal((Prefix.Shorten(8), 300u, 77ul), (state.Prefix, state.Records, state.BlockNumber));
        Assert.Equal((uint)_buckets.Content.Length, state.ContentBytes);
        Assert.Equal(Keccak256.Hash(_buckets.Content), state.ContentHash.ToArray());

        byte[] joined = new byte[_buckets.Content.Length];
        Assert.Equal(ControlDrop.None, _bench.Receive(SealFetch(0, uint.MaxValue), _here));
        Assert.Equal(BucketFetchBody.PiecesMax, Collect(joined));
        Assert.Equal(ControlDrop.None, _bench.Receive(SealFetch(32, uint.MaxValue), _here));
        Assert.Equal(Pieces - 32, Collect(joined));
        Assert.Equal(_buckets.Content, joined);

        // What was lost is asked for again, and nothing else comes.
        Assert.Equal(ControlDrop.None, _bench.Receive(SealFetch(5, 0b1001), _here));
        Assert.Equal([5, 8], Indexes());
        Assert.Equal(ControlDrop.None, _bench.Receive(SealFetch(Pieces, 1), _here));
        Assert.Empty(_bench.Sent);
        Assert.Equal(Pieces + 2, _bench.Plane.BucketPieces);
    }

    [Fact]
    public void A_request_names_a_prefix_and_nothing_else_of_the_wallet()
    {
        byte[] body = new byte[BucketAskBody.Size];
        Assert.Equal(21, new BucketAskBody(_client.Token, Prefix).Write(body));
        byte[] wallet = FakeBuckets.Someone.ToArray();
        Assert.Equal(9, body[16]);
        Assert.Equal([wallet[0], (byte)(wallet[1] & 0x80), 0, 0], body[17..]);
        _bench.Receive(SealAsk(), _here);
        Assert.Equal(Prefix, Assert.Single(_buckets.Asked));
    }

    [Fact]
    public void Who_is_not_attached_or_comes_from_elsewhere_gets_nothing()
    {
        AttachToken token = _client.Token;
        Assert.Equal(ControlDrop.WrongSource, _bench.Receive(SealAsk(), _elsewhere));
        Assert.Equal(ControlDrop.WrongSource, _bench.Receive(SealFetch(0, 1), _elsewhere));
        _client.Token = default;
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(SealAsk(), _here));
        Assert.Equal(ControlDrop.UnknownToken, _bench.Receive(SealFetch(0, 1), _here));
        _client.Token = token;
        byte[] cell = SealFetch(0, 1);
        Assert.Equal(ControlDrop.WrongPort, _bench.Receive(cell, _here, CellRole.NodePort));
        Assert.Equal(ControlDrop.None, _bench.Receive(cell, _here));
        _bench.Sent.Clear();
        Assert.Equal(ControlDrop.Replayed, _bench.Receive(cell, _here));
        Assert.Empty(_bench.Sent);
        Assert.Empty(_buckets.Asked);
    }

    [Fact]
    public void Pieces_go_at_a_pace_and_the_rest_is_left_out()
    {
        int sent = 0;
        ControlDrop drop = ControlDrop.None;
        for (int i = 0; i < 10 && drop == ControlDrop.None; i++)
        {
            drop = _bench.Receive(SealFetch(0, uint.MaxValue), _here);
            sent += _bench.Sent.Count;
            _bench.Sent.Clear();
        }

        Assert.Equal((ControlDrop.OverPace, HostLimits.BucketPiecesPerPrefixBurst), (drop, sent));
        Assert.Equal(ControlDrop.OverPace, _bench.Receive(SealFetch(0, 1), _here));
        Assert.Empty(_bench.Sent);

        // Ten pieces later there is room for ten; questions are answered all the while.
        _bench.Pass(10_000 / HostLimits.BucketPiecesPerPrefixSecond);
        Assert.Equal(ControlDrop.OverPace, _bench.Receive(SealFetch(0, uint.MaxValue), _here));
        Assert.Equal(10, _bench.Sent.Count);
        _bench.Sent.Clear();
        Assert.Equal(ControlDrop.None, _bench.Receive(SealAsk(), _here));
        Assert.Single(_bench.Sent);
    }

    [Fact]
    public void All_clients_together_have_a_pace_too()
    {
        int sent = 0;
        List<TestClient> clients = [];
        for (int i = 0; i < 20; i++)
        {
            TestClient client = new(_bench, Endpoints.Of($"10.{i}.0.1", 5_000));
            clients.Add(client);
            client.Attach();
            for (int round = 0; round < 4; round++)
            {
                _bench.Receive(SealFetch(client, 0, uint.MaxValue), client.At);
                sent += _bench.Sent.Count;
                _bench.Sent.Clear();
            }
        }

        Assert.Equal(HostLimits.BucketPiecesBurst, sent);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData(BucketState.BeingMade, 500u)]
    [InlineData(BucketState.Busy, 500u)]
    [InlineData(BucketState.NotAvailable, 500u)]
    [InlineData(BucketState.TooMany, 0u)]
    public void A_bucket_that_is_not_there_is_said_so(BucketState state, uint retryMs)
    {
        _buckets.State = state;
        _bench.Receive(SealAsk(), _here);
        Assert.True(BucketStateBody.TryParse(_client.Expect(BodyKind.BucketState), out BucketStateBody body));
        Assert.Equal((state, retryMs), (body.State, body.RetryMs));
    }

    [Fact]
    public void A_content_that_is_kept_no_longer_is_said_so()
    {
        byte[] fetch = SealFetch(0, uint.MaxValue);
        _buckets.Content = [1, 2, 3];
        Assert.Equal(ControlDrop.None, _bench.Receive(fetch, _here));
        Assert.True(BucketStateBody.TryParse(_client.Expect(BodyKind.BucketState), out BucketStateBody body));
        Assert.Equal((_client.LastId, BucketState.NotAvailable), (body.RequestId, body.State));
        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public void A_node_without_buckets_says_so()
    {
        using ControlBench bench = new();
        using TestClient client = new(bench, _here);
        client.Attach();
        byte[] body = new byte[BucketAskBody.Size];
        new BucketAskBody(client.Token, Prefix).Write(body);
        bench.Receive(client.Seal(BodyKind.BucketAsk, body), _here);
        Assert.True(BucketStateBody.TryParse(client.Expect(BodyKind.BucketState), out BucketStateBody state));
        Assert.Equal(BucketState.NotAvailable, state.State);
    }

    [Fact]
    public void Malformed_requests_are_dropped()
    {
        foreach (int length in new[] { 0, 20, 22 })
        {
            byte[] cell = _client.Seal(BodyKind.BucketAsk, new byte[length]);
            Assert.Equal(ControlDrop.MalformedBody, _bench.Receive(cell, _here));
        }

        byte[] beyond = new byte[BucketAskBody.Size];
        _client.Token.CopyTo(beyond);
        beyond[16] = 33;
        Assert.Equal(
            ControlDrop.MalformedBody, _bench.Receive(_client.Seal(BodyKind.BucketAsk, beyond), _here));
        (beyond[16], beyond[18]) = (8, 1);
        Assert.Equal(
            ControlDrop.MalformedBody, _bench.Receive(_client.Seal(BodyKind.BucketAsk, beyond), _here));
        Assert.Equal(
            ControlDrop.MalformedBody,
            _bench.Receive(_client.Seal(BodyKind.BucketFetch, new byte[BucketFetchBody.Size]), _here));
        Assert.Empty(_bench.Sent);
    }

    private byte[] SealAsk()
    {
        byte[] body = new byte[BucketAskBody.Size];
        new BucketAskBody(_client.Token, Prefix).Write(body);
        return _client.Seal(BodyKind.BucketAsk, body);
    }

    private byte[] SealFetch(int first, uint wanted) => SealFetch(_client, first, wanted);

    private byte[] SealFetch(TestClient client, int first, uint wanted)
    {
        byte[] body = new byte[BucketFetchBody.Size];
        BucketFetchBody.Write(client.Token, Keccak256.Hash(_buckets.Content), first, wanted, body);
        return client.Seal(BodyKind.BucketFetch, body);
    }

    private int Collect(byte[] joined)
    {
        int count = 0;
        while (_bench.Sent.Count > 0)
        {
            Assert.True(
                BucketPieceBody.TryParse(_client.Expect(BodyKind.BucketPiece), out BucketPieceBody piece));
            Assert.Equal(_client.LastId, piece.RequestId);
            piece.Piece.CopyTo(joined.AsSpan(piece.Index * BucketPieceBody.PieceSize));
            count++;
        }

        return count;
    }

    private List<int> Indexes()
    {
        List<int> indexes = [];
        while (_bench.Sent.Count > 0)
        {
            BucketPieceBody.TryParse(_client.Expect(BodyKind.BucketPiece), out BucketPieceBody piece);
            indexes.Add(piece.Index);
        }

        return indexes;
    }

    private sealed class FakeBuckets : IBucketStore
    {
        public FakeBuckets()
        {
            Content = new byte[(Pieces * BucketPieceBody.PieceSize) - 7];
            new Random(1).NextBytes(Content);
        }

        public static Address Someone { get; } =
            new([.. Enumerable.Range(0xA7, Address.Size).Select(i => (byte)i)]);

        public byte[] Content { get; set; }

        public BucketState State { get; set; } = BucketState.Ready;

        public List<AddressPrefix> Asked { get; } = [];

        public BucketStanding Ask(in AddressPrefix wanted, ulong source)
        {
            Asked.Add(wanted);
            return new BucketStanding(
                State, 1_234_567, wanted.Shorten(wanted.Bits - 1), 300, Content.Length,
                Keccak256.Hash(Content), 77);
        }

        public bool TryGetContent(ReadOnlySpan<byte> contentId, out ReadOnlyMemory<byte> content)
        {
            content = Content;
            return Keccak256.Hash(Content).AsSpan(0, 16).SequenceEqual(contentId);
        }
    }
}
