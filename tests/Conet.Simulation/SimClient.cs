using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Simulation;

/// <summary>
/// A client that attaches to one home with one alias, stays attached through loss and changes of its address,
/// and counts the cells that reach it. Its cells carry random bytes: what is in them is of no interest here.
/// </summary>
internal sealed class SimClient : IDisposable
{
    private readonly SimWorld _world;
    private readonly SimNode _home;
    private readonly UdpEndpoint _inside;
    private readonly SealKey _returnKey = SealKey.Create();
    private readonly byte[] _secret = new byte[NodeAddress.SecretSize];
    private readonly HashSet<MessageId> _requests = [];
    private Address _returnAddress;
    private AttachToken _token;
    private int _unanswered;

    public SimClient(SimWorld world, SimNode home, UdpEndpoint inside, bool translated)
    {
        _world = world;
        _home = home;
        _inside = inside;
        world.Random.NextBytes(_secret);
        Alias = NodeAddress.Alias(home.Identity.Id, _secret);
        HomeAddress = NodeAddress.Home(home.Identity.Id, Wallet.Address);
        world.Bind(inside, Receive);
        if (translated)
            world.Translate(inside);
        world.Every(2_000, Tick);
    }

    public Wallet Wallet { get; } = Wallet.Create();

    public Address Alias { get; }

    public Address HomeAddress { get; }

    public bool IsAttached { get; private set; }

    public bool HasAlias { get; private set; }

    /// <summary>Seals of the cells that reached it, and to which of its addresses.</summary>
    public Dictionary<string, Address> Arrived { get; } = [];

    /// <summary>Sends a cell of random bytes through an entry node and returns its seal.</summary>
    public string SendTo(Address destination, SimNode entry)
    {
        byte[] cell = new byte[CellLayout.Size];
        _world.Random.NextBytes(cell);
        destination.CopyTo(cell);
        _world.Send(new Datagram(_inside, entry.ClientEndpoint, cell, Purpose.Client, 0));
        return Key(cell);
    }

    public void SendRaw(byte[] bytes, UdpEndpoint to) =>
        _world.Send(new Datagram(_inside, to, bytes, Purpose.Client, 0));

    public void Dispose()
    {
        Wallet.Dispose();
        _returnKey.Dispose();
    }

    private static string Key(ReadOnlySpan<byte> cell) =>
        Convert.ToHexString(cell[CellLayout.SealOffset..][..16]);

    private void Tick()
    {
        if (_unanswered++ >= 5)
            IsAttached = false;
        if (!IsAttached)
        {
            HasAlias = false;
            byte[] address = new byte[Address.Size];
            _world.Random.NextBytes(address);
            byte[] own = new byte[Address.Size];
            _home.Identity.OwnAddress.CopyTo(own);
            own.AsSpan(0, 4).CopyTo(address);
            _returnAddress = new Address(address);
            byte[] attach = new byte[AttachBody.Size];
            AttachBody.Write(_returnAddress, _returnKey.PublicKey, 60, attach);
            Ask(BodyKind.Attach, attach);
            return;
        }

        byte[] token = new byte[AttachToken.Size];
        _token.CopyTo(token);
        Ask(BodyKind.KeepAlive, token);
        if (HasAlias)
            return;
        byte[] register = new byte[EnvelopeLayout.BodyBytesMax];
        int length = AliasRegisterBody.Write(_token, 3_600, _secret, register);
        Ask(BodyKind.AliasRegister, register.AsSpan(0, length));
    }

    private void Ask(BodyKind kind, ReadOnlySpan<byte> body)
    {
        byte[] id = new byte[MessageId.Size];
        _world.Random.NextBytes(id);
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = SimWorld.EpochMs + (ulong)_world.NowMs,
            TtlSec = 30,
            MessageId = new MessageId(id),
            To = _home.Identity.OwnAddress,
            Body = body,
        };
        byte[] cell = new byte[CellLayout.Size];
        Assert.True(FirstContactSeal.TrySeal(
            SimNode.Network, _home.Identity.OwnAddress, _home.Identity.SealKey.PublicKey, draft,
            kind == BodyKind.Attach ? Wallet : null, cell));
        _requests.Add(draft.MessageId);
        _world.Send(new Datagram(_inside, _home.ClientEndpoint, cell, Purpose.Client, 0));
    }

    private void Receive(Datagram datagram)
    {
        Address destination = new(datagram.Bytes.AsSpan(0, Address.Size));
        if (datagram.Purpose == Purpose.Delivery)
        {
            Assert.True(destination == Wallet.Address || destination == Alias || destination == HomeAddress);
            Arrived[Key(datagram.Bytes)] = destination;
            return;
        }

        byte[] plaintext = new byte[EnvelopeLayout.Size];
        byte[] commit = new byte[FirstContactSeal.KeyCommitSize];
        if (destination != _returnAddress
            || !FirstContactSeal.TryOpen(SimNode.Network, datagram.Bytes, _returnKey, plaintext, commit)
            || Envelope.TryParse(plaintext, out Envelope envelope) != EnvelopeProblem.None)
            return;
        switch (envelope.Kind)
        {
            case BodyKind.Challenge:
                Ask(BodyKind.Confirm, envelope.Body);
                break;
            case BodyKind.Attached
                when AttachedBody.TryParse(envelope.Body, out AttachedBody body)
                    && _requests.Contains(body.RequestId):
                _token = body.Token;
                IsAttached = true;
                _unanswered = 0;
                break;
            case BodyKind.Kept:
                _unanswered = 0;
                break;
            case BodyKind.AliasResult when AliasResultBody.TryParse(
                envelope.Body, out AliasResultBody result):
                HasAlias = result.Accepted == 1;
                break;
        }
    }
}
