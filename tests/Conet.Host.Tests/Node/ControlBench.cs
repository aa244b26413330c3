using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

/// <summary>One control plane on a bench: time is turned by hand, cells go in and out as bytes.</summary>
internal sealed class ControlBench : IDisposable, IControlSender
{
    public static readonly NetworkId Network = new(31337, NodeAddress.Own(new NodeId(77)));

    private readonly Random _random = new(1);

    public ControlBench(
        NodeLimits? limits = null,
        uint id = 1,
        int replayEntries = 4096,
        ILocalAddressees? locals = null,
        IBucketStore? buckets = null)
    {
        Limits = limits ?? new NodeLimits();
        Identity = new NodeIdentity(new NodeId(id), Network, Wallet.Create(), SealKey.Create());
        Probes = new ProbeTracker(Identity.Id, _ => true);
        Home = new HomeControl(Identity.Id, Limits, locals ?? Locals, _random.NextBytes);
        Plane = new ControlPlane(
            Identity, Home, Probes, this, Limits, _random.NextBytes, replayEntries, buckets);
    }

    public NodeLimits Limits { get; }

    public NodeIdentity Identity { get; }

    public FakeLocals Locals { get; } = new();

    public ProbeTracker Probes { get; }

    public HomeControl Home { get; }

    public ControlPlane Plane { get; }

    public ulong UnixMs { get; set; } = 1_700_000_000_000;

    public long MonotonicMs { get; set; } = 5_000;

    public Queue<(byte[] Cell, UdpEndpoint To, CellRole From)> Sent { get; } = new();

    private ControlTime Now => new(UnixMs, MonotonicMs);

    public NodePeer AsPeer(UdpEndpoint endpoint) =>
        new(Identity.Id, Identity.Signer.Address, Identity.SealKey.PublicKey.ToArray(), endpoint);

    public void Pass(long milliseconds)
    {
        UnixMs += (ulong)milliseconds;
        MonotonicMs += milliseconds;
    }

    public void Tick() => Plane.Tick(Now);

    public ControlDrop Receive(byte[] cell, UdpEndpoint from, CellRole port = CellRole.ClientPort) =>
        Plane.Receive(cell, from, port, Now);

    public void Send(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from)
    {
        Assert.Equal(CellLayout.Size, cell.Length);
        Sent.Enqueue((cell.ToArray(), to, from));
    }

    public void Dispose()
    {
        Plane.Dispose();
        Identity.Dispose();
    }
}

/// <summary>The table of local addressees as a dictionary, with room for so many addresses.</summary>
internal sealed class FakeLocals(int room = int.MaxValue) : ILocalAddressees
{
    private readonly Dictionary<int, UdpEndpoint> _places = [];
    private int _next;

    public int Room { get; set; } = room;

    public Dictionary<Address, int> Addresses { get; } = [];

    public int Places => _places.Count;

    public UdpEndpoint? Find(in Address address) =>
        Addresses.TryGetValue(address, out int place) ? _places[place] : null;

    public bool TryAddEndpoint(in UdpEndpoint endpoint, out int place)
    {
        place = _next++;
        _places.Add(place, endpoint);
        return true;
    }

    public void MoveEndpoint(int place, in UdpEndpoint endpoint)
    {
        Assert.True(_places.ContainsKey(place));
        _places[place] = endpoint;
    }

    public void RemoveEndpoint(int place)
    {
        Assert.DoesNotContain(place, Addresses.Values);
        Assert.True(_places.Remove(place));
    }

    public bool TrySet(in Address address, int place)
    {
        Assert.True(_places.ContainsKey(place));
        if (!Addresses.ContainsKey(address) && Addresses.Count >= Room)
            return false;
        Addresses[address] = place;
        return true;
    }

    public void Remove(in Address address) => Addresses.Remove(address);
}

/// <summary>A client made of bytes: it seals requests and opens answers, and nothing more.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly ControlBench _bench;

    public TestClient(ControlBench bench, UdpEndpoint at, Wallet? wallet = null)
    {
        _bench = bench;
        At = at;
        Wallet = wallet ?? Wallet.Create();
        byte[] address = new byte[Address.Size];
        Random.Shared.NextBytes(address);
        bench.Identity.OwnAddress.CopyTo(address);
        Random.Shared.NextBytes(address.AsSpan(4));
        ReturnAddress = new Address(address);
    }

    public Wallet Wallet { get; }

    public SealKey ReturnKey { get; } = SealKey.Create();

    public Address ReturnAddress { get; set; }

    public UdpEndpoint At { get; set; }

    public AttachToken Token { get; set; }

    public MessageId LastId { get; private set; }

    public byte[] Seal(
        BodyKind kind,
        ReadOnlySpan<byte> body,
        uint ttl = 30,
        long issuedShiftMs = 0,
        Address? to = null,
        Wallet? signer = null,
        NetworkId? network = null)
    {
        LastId = MessageId.CreateRandom();
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = _bench.UnixMs + (ulong)issuedShiftMs,
            TtlSec = ttl,
            MessageId = LastId,
            To = to ?? _bench.Identity.OwnAddress,
            Body = body,
        };
        byte[] cell = new byte[CellLayout.Size];
        signer ??= kind is BodyKind.Attach or BodyKind.Probe ? Wallet : null;
        Assert.True(FirstContactSeal.TrySeal(
            network ?? ControlBench.Network, _bench.Identity.OwnAddress, _bench.Identity.SealKey.PublicKey,
            draft, signer, cell));
        return cell;
    }

    public byte[] SealAttach(uint lease = 60, byte[]? returnKey = null)
    {
        byte[] body = new byte[AttachBody.Size];
        AttachBody.Write(ReturnAddress, returnKey ?? ReturnKey.PublicKey.ToArray(), lease, body);
        return Seal(BodyKind.Attach, body);
    }

    public byte[] SealToken(BodyKind kind)
    {
        byte[] body = new byte[AttachToken.Size];
        Token.CopyTo(body);
        return Seal(kind, body);
    }

    public byte[] SealAliases(uint lifetime, params byte[][] secrets)
    {
        byte[] body = new byte[EnvelopeLayout.BodyBytesMax];
        int length = AliasRegisterBody.Write(Token, lifetime, secrets.SelectMany(s => s).ToArray(), body);
        return Seal(BodyKind.AliasRegister, body.AsSpan(0, length));
    }

    public byte[] SealRevoke(params Address[] aliases)
    {
        byte[] body = new byte[EnvelopeLayout.BodyBytesMax];
        int length = AliasRevokeBody.Write(Token, aliases, body);
        return Seal(BodyKind.AliasRevoke, body.AsSpan(0, length));
    }

    /// <summary>The next cell the node sent, opened: it must be to this client and of that kind.</summary>
    public byte[] Expect(BodyKind kind, UdpEndpoint? at = null)
    {
        Assert.NotEmpty(_bench.Sent);
        (byte[] cell, UdpEndpoint to, CellRole from) = _bench.Sent.Dequeue();
        Assert.Equal(at ?? At, to);
        Assert.Equal(CellRole.ClientPort, from);
        Assert.Equal(ReturnAddress, new Address(cell.AsSpan(0, Address.Size)));
        byte[] plaintext = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[FirstContactSeal.KeyCommitSize];
        Assert.True(FirstContactSeal.TryOpen(ControlBench.Network, cell, ReturnKey, plaintext, commit));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(plaintext, out Envelope envelope));
        Assert.Equal(kind, envelope.Kind);
        Assert.Equal(EnvelopeAuth.None, envelope.Auth);
        return envelope.Body.ToArray();
    }

    /// <summary>Answers the challenge that was just sent, from where the client is or elsewhere.</summary>
    public ControlDrop Confirm(UdpEndpoint? at = null, Action<byte[]>? alter = null)
    {
        byte[] body = Expect(BodyKind.Challenge, at);
        alter?.Invoke(body);
        return _bench.Receive(Seal(BodyKind.Confirm, body), at ?? At);
    }

    public void Attach(uint lease = 60)
    {
        Assert.Equal(ControlDrop.None, _bench.Receive(SealAttach(lease), At));
        MessageId request = LastId;
        Assert.Equal(ControlDrop.None, Confirm());
        Assert.True(AttachedBody.TryParse(Expect(BodyKind.Attached), out AttachedBody attached));
        Assert.Equal(request, attached.RequestId);
        Token = attached.Token;
    }

    public RefusalReason ExpectRefusal()
    {
        Assert.True(RefusedBody.TryParse(Expect(BodyKind.Refused), out RefusedBody refused));
        return refused.Reason;
    }

    public void Dispose()
    {
        Wallet.Dispose();
        ReturnKey.Dispose();
    }
}
