using Conet.Fuzz.Core;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// The home of attached clients under any sequence of requests of a few wallets from a few sources: right
/// ones, wrong ones, late ones. Its tables stay within their bounds and agree with the addresses it entered.
/// </summary>
internal sealed class HomeControlTarget : IFuzzTarget
{
    private const int WalletCount = 6, AnswerRoom = 48;

    private static readonly NodeLimits _limits = new()
    {
        Attachments = 4,
        AliasesPerAttachment = 5,
        Aliases = 8,
        PendingChallenges = 16,
        LeaseSeconds = 120,
    };

    private static readonly UdpEndpoint[] _sources =
    [
        UdpEndpoint.FromIPv4(0xCB00_7101, 1_000), UdpEndpoint.FromIPv4(0xCB00_7102, 1_000),
        UdpEndpoint.FromIPv4(0xC633_6401, 2_000), new UdpEndpoint(Samples.Pattern(16, 0x20), 3_000),
    ];

    public string Name => "home-control";

    public string Summary =>
        "orders to a HomeControl; tables stay within bounds and agree, and in the end all is free";

    public int InputBytesMax => 512;

    public IEnumerable<byte[]> Seeds =>
    [
        [.. Attach(1, 0), .. Aliases(1, 0), .. KeepAlive(1, 0), .. Detach(1, 0)],
        [.. Attach(0, 0), .. Attach(1, 1), .. KeepAlive(1, 2), 1, 1, 2, 0, 0, 7, 200, .. Attach(2, 2)],
        Samples.Pattern(255, 0),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        Bench bench = new();
        ByteScript script = new(input);
        bool isAttached = false;
        while (!script.IsAtEnd)
        {
            bench.Turn(ref script);
            bench.CheckTables();
            isAttached |= bench.Home.Attachments > 0;
        }

        bench.Home.Tick(long.MaxValue);
        bench.CheckTables();
        Check(bench.Home.Attachments == 0 && bench.Home.Aliases == 0, "something never ends");
        Check(bench.Home.PendingChallenges == 0, "a challenge never ends");
        return isAttached;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        byte wallet = (byte)random.Below(WalletCount);
        byte source = (byte)random.Below(_sources.Length);
        byte[] orders = random.Below(6) switch
        {
            0 or 1 => Attach(wallet, source),
            2 => Aliases(wallet, source),
            3 => KeepAlive(wallet, source),
            4 => Detach(wallet, source),
            _ => [7, (byte)random.Next()],
        };
        input.Insert(random.OneIn(4) ? random.Below(input.Length) : input.Length, orders);
        return true;
    }

    private static byte[] Attach(byte wallet, byte source) =>
        [0, wallet, source, 0, 60, 1, wallet, source, 0, 0];

    private static byte[] KeepAlive(byte wallet, byte source) => [3, wallet, source, 0];

    private static byte[] Aliases(byte wallet, byte source) => [4, wallet, source, 0, 1, wallet, 9, 60];

    private static byte[] Detach(byte wallet, byte source) => [6, wallet, source, 0, 0];

    /// <summary>A home, the addresses it entered, and what the clients know.</summary>
    private sealed class Bench : ILocalAddressees
    {
        private const int PlacesMax = 5, AddressesMax = 14;

        private readonly Dictionary<Address, int> _addresses = [];
        private readonly HashSet<int> _places = [];
        private readonly List<byte[]> _challenges = [];
        private readonly List<AttachToken> _tokens = [];
        private byte _randomNext;
        private byte _messageNext;
        private long _nowMs = 5_000;

        public Bench() => Home = new HomeControl(Samples.Node, _limits, this, FillRandom);

        public HomeControl Home { get; }

        public bool TryAddEndpoint(in UdpEndpoint endpoint, out int place)
        {
            place = 0;
            if (_places.Count >= PlacesMax)
                return false;
            while (!_places.Add(place))
                place++;
            return true;
        }

        public void MoveEndpoint(int place, in UdpEndpoint endpoint) =>
            Check(_places.Contains(place), "an endpoint was moved that is not there");

        public void RemoveEndpoint(int place) =>
            Check(_places.Remove(place), "an endpoint was removed that is not there");

        public bool TrySet(in Address address, int place)
        {
            Check(_places.Contains(place), "an address was given to an endpoint that is not there");
            if (_addresses.Count >= AddressesMax && !_addresses.ContainsKey(address))
                return false;
            _addresses[address] = place;
            return true;
        }

        public void Remove(in Address address) => _addresses.Remove(address);

        public void CheckTables()
        {
            Check(Home.Attachments <= _limits.Attachments, "too many attachments");
            Check(Home.Aliases <= _limits.Aliases, "too many aliases");
            Check(Home.PendingChallenges <= _limits.PendingChallenges, "too many challenges");
            Check(_places.Count == Home.Attachments, "endpoints and attachments do not agree");
            Check(_addresses.Count == (2 * Home.Attachments) + Home.Aliases, "addresses do not agree");
            foreach (int place in _addresses.Values)
                Check(_places.Contains(place), "an address leads to an endpoint that is gone");
        }

        public void Turn(ref ByteScript script)
        {
            int order = script.Below(8);
            if (order == 7)
            {
                _nowMs += script.Byte() * 500;
                Home.Tick(_nowMs);
                return;
            }

            int wallet = script.Below(WalletCount);
            UdpEndpoint source = _sources[script.Below(_sources.Length)];
            Span<byte> body = stackalloc byte[EnvelopeLayout.BodyBytesMax];
            (BodyKind kind, int length) = WriteRequest(order, wallet, ref script, body);
            byte[] envelope = Samples.Envelope(kind, body[..length], isSigned: kind == BodyKind.Attach);
            if (kind == BodyKind.Attach)
                WalletOf(wallet).CopyTo(envelope.AsSpan(EnvelopeLayout.FromOffset));
            envelope[EnvelopeLayout.MessageIdOffset] = _messageNext++;
            Check(Envelope.TryParse(envelope, out Envelope parsed) == EnvelopeProblem.None, "no envelope");

            Span<byte> room = stackalloc byte[AnswerRoom];
            HomeAnswer answer = Home.Handle(parsed, source, _nowMs, room);
            if (answer.Drop == ControlDrop.None)
                TakeAnswer(answer, room);
        }

        private (BodyKind Kind, int Length) WriteRequest(
            int order, int wallet, ref ByteScript script, scoped Span<byte> body)
        {
            if (order >= 3)
                WriteToken(ref script, body);
            AttachToken token = new(body);
            return order switch
            {
                0 => (BodyKind.Attach, WriteAttach(wallet, ref script, body)),
                1 or 2 => (BodyKind.Confirm, WriteConfirm(order, ref script, body)),
                3 => (BodyKind.KeepAlive, AttachToken.Size),
                4 => (BodyKind.AliasRegister, WriteSecrets(token, ref script, body)),
                5 => (BodyKind.AliasRevoke, WriteAliases(token, wallet, ref script, body)),
                _ => (BodyKind.Detach, AttachToken.Size - (script.Below(16) == 15 ? 1 : 0)),
            };
        }

        private static int WriteAttach(int wallet, ref ByteScript script, scoped Span<byte> body)
        {
            NodeId node = script.Below(9) == 8 ? new NodeId(8) : Samples.Node;
            Address wayBack = NodeAddress.Home(node, WalletOf(wallet));
            return AttachBody.Write(wayBack, Samples.Pattern(32, 1), script.Byte(), body);
        }

        private int WriteConfirm(int order, ref ByteScript script, scoped Span<byte> body)
        {
            if (_challenges.Count == 0)
                return script.Below(60);
            byte[] challenge = _challenges[^(1 + script.Below(_challenges.Count))];
            challenge.CopyTo(body);
            body[order == 1 ? 0 : ChallengeBody.Size - 1] ^= (byte)(script.Below(16) == 15 ? 1 : 0);
            return challenge.Length;
        }

        private static int WriteSecrets(AttachToken token, ref ByteScript script, scoped Span<byte> body)
        {
            byte[] secrets = new byte[AliasRegisterBody.SecretSize * (1 + script.Below(4))];
            for (int i = 0; i < secrets.Length; i += AliasRegisterBody.SecretSize)
                secrets[i] = (byte)(script.Byte() & 0xF);
            return AliasRegisterBody.Write(token, script.Byte(), secrets, body);
        }

        private static int WriteAliases(
            AttachToken token, int wallet, ref ByteScript script, scoped Span<byte> body)
        {
            byte[] secret = [(byte)(script.Byte() & 0xF), .. new byte[31]];
            Address[] aliases = [NodeAddress.Alias(Samples.Node, secret), WalletOf(wallet)];
            return AliasRevokeBody.Write(token, aliases, body);
        }

        private void WriteToken(ref ByteScript script, scoped Span<byte> body)
        {
            int chosen = script.Below(_tokens.Count + 1);
            if (chosen < _tokens.Count)
                _tokens[^(1 + chosen)].CopyTo(body);
        }

        private void TakeAnswer(in HomeAnswer answer, ReadOnlySpan<byte> room)
        {
            Check(BodyKinds.IsNodeToClient(answer.Kind), "an answer of a kind that nodes do not send");
            ReadOnlySpan<byte> body = room[..answer.BodyLength];
            Check(BodyCheck.OfKind(answer.Kind, body), "an answer that is malformed");
            Check(Array.IndexOf(_sources, answer.To) >= 0, "an answer to nobody who asked");
            if (answer.Kind == BodyKind.Challenge)
                _challenges.Add(body.ToArray());
            if (answer.Kind == BodyKind.Attached && AttachedBody.TryParse(body, out AttachedBody attached))
                _tokens.Add(attached.Token);
        }

        private void FillRandom(Span<byte> bytes)
        {
            bytes.Clear();
            bytes[0] = 0x5A;
            bytes[1] = _randomNext++;
        }

        private static Address WalletOf(int number) =>
            new(Samples.Pattern(Address.Size, (byte)(0x90 + number)));
    }
}
