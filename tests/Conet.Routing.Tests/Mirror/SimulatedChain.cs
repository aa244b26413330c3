using System.Buffers.Binary;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// A chain in memory: blocks of registry events, reorganised at will, with the truth beside each block.
/// </summary>
internal sealed class SimulatedChain
{
    public const ulong ChainId = 31337;
    public const ulong StartBlock = 5;
    private const int Wallets = 12;
    private const int NodeCount = 5;

    private readonly Random _random;
    private readonly List<Block> _blocks = [];
    private readonly Dictionary<Bytes32, Block> _ever = [];
    private readonly bool _isHashed;
    private readonly int _seed;
    private int _salt;

    /// <param name="seed">For everything that is drawn.</param>
    /// <param name="isHashed">Whether headers hash to their names, as Ethereum's do.</param>
    public SimulatedChain(int seed, bool isHashed = true)
    {
        _random = new Random(seed);
        _seed = seed;
        _isHashed = isHashed;
        for (ulong i = 0; i < StartBlock; i++)
            Add(withEvents: false);
    }

    public static MirrorOptions Options { get; } = new(ChainId, Contract(1), Contract(2), StartBlock);

    /// <summary>A block has fewer events than that.</summary>
    public int EventsMax { get; set; } = 5;

    public Block Head => _blocks[^1];

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>A block that is or was on the chain, or null.</summary>
    public Block? FindEver(Bytes32 hash) => _ever.GetValueOrDefault(hash);

    public static Address Contract(byte n)
    {
        byte[] bytes = new byte[Address.Size];
        bytes[0] = 0xC0;
        bytes[19] = n;
        return new Address(bytes);
    }

    public static Address Wallet(int n) => NodeAddress.Home(new NodeId((uint)n + 1000), default);

    public void Grow(int blocks)
    {
        for (int i = 0; i < blocks; i++)
            Add(withEvents: true);
    }

    /// <summary>Drops blocks from the head and puts others in their place.</summary>
    public void Reorganise(int depth, int blocks)
    {
        depth = Math.Min(depth, _blocks.Count - (int)StartBlock);
        _blocks.RemoveRange(_blocks.Count - depth, depth);
        Grow(blocks);
    }

    private void Add(bool withEvents)
    {
        Block? last = _blocks.Count > 0 ? _blocks[^1] : null;
        ulong number = (ulong)_blocks.Count;
        byte[] seed = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(seed, number);
        BinaryPrimitives.WriteInt32BigEndian(seed.AsSpan(8), ++_salt);
        BinaryPrimitives.WriteInt32BigEndian(seed.AsSpan(12), _seed);
        Bytes32 hash = new(Keccak256.Hash(seed));
        ulong time = (last?.Header.TimestampSeconds ?? 1_800_000_000) + (ulong)_random.Next(1, 30);
        BlockHeader header = new(number, hash, last?.Header.Hash ?? default, time, default, null)
        {
            IsHashed = _isHashed,
        };
        Truth truth = last?.Truth.Copy() ?? new Truth();
        List<LogEntry> logs = [];
        for (int i = withEvents ? _random.Next(EventsMax) : 0; i > 0; i--)
            logs.Add(_random.Next(
                4) == 0 ? ChangeNode(header, truth, logs.Count) : ChangeRoute(header, truth, logs.Count));
        _blocks.Add(new Block(header, logs, truth));
        _ever[hash] = _blocks[^1];
    }

    private LogEntry ChangeNode(BlockHeader header, Truth truth, int index)
    {
        uint id = (uint)_random.Next(1, NodeCount + 1);
        NodeRecord node = new(
            Wallet(1), Wallet(2), Filled(3), Filled(4), 0x0000_0000_0000_0000_0000_FFFF_7F00_0001, 1000, 2000,
            default, 0, (NodeState)_random.Next(1, 4), 0);
        truth.Nodes[id] = node;
        ulong seq = truth.NodePosition.Count + 1;
        AbiCallWriter writer = new(0, 1 + (NodeRecord.EncodedSize / 32));
        writer.Write((UInt256)seq);
        node.Write(ref writer);
        LogEntry log = Log(Options.NodeRegistry, NodeChanged.Topic, ((UInt256)(ulong)id).ToBytes32(),
            writer.Finish()[4..], header, index);
        truth.NodePosition = Next(truth.NodePosition, log);
        return log;
    }

    private LogEntry ChangeRoute(BlockHeader header, Truth truth, int index)
    {
        Address wallet = Wallet(_random.Next(Wallets));
        uint epoch = truth.Routes.TryGetValue(wallet, out RouteRecord old) ? old.Epoch + 1 : 1;
        RouteRecord route = RouteRecord.Cleared(epoch - 1);
        if (_random.Next(4) > 0 || epoch == 1)
        {
            ulong expiry = header.TimestampSeconds + (ulong)_random.Next(1, 300);
            Assert.True(PackedRoute.TryCreate(
                new NodeId((uint)_random.Next(1, NodeCount + 1)), default, default, 1, epoch, expiry, 0,
                out PackedRoute packed, out _));
            route = RouteRecord.Live(Filled(9), packed);
        }

        truth.Routes[wallet] = route;
        ulong seq = truth.RoutePosition.Count + 1;
        AbiCallWriter writer = new(0, 5);
        writer.Write((UInt256)seq);
        writer.Write(route.Prekey);
        writer.Write(route.ToPackedWord());
        writer.Write(default(Bytes32));
        writer.Write(default(Bytes32));
        byte[] topic = new byte[32];
        wallet.CopyTo(topic.AsSpan(12));
        LogEntry log = Log(
            Options.RouteRegistry, RouteChanged.Topic, new Bytes32(topic), writer.Finish()[4..], header,
            index);
        truth.RoutePosition = Next(truth.RoutePosition, log);
        return log;
    }

    private static RegistryPosition Next(RegistryPosition position, LogEntry log) =>
        new(position.Count + 1, EventsHash.Next(position.Hash, position.Count + 1, log.Topics[1], log.Data));

    private static Bytes32 Filled(byte n) => new([.. Enumerable.Repeat(n, 32)]);

    private static LogEntry Log(
        Address registry, Bytes32 topic, Bytes32 indexed, byte[] data, BlockHeader header, int index) =>
        new(registry, [topic, indexed], data, header.Number, header.Hash, default, (uint)index, false);

    internal sealed record Block(BlockHeader Header, List<LogEntry> Logs, Truth Truth);

    /// <summary>What the contracts' storage would say.</summary>
    internal sealed class Truth
    {
        public Dictionary<Address, RouteRecord> Routes { get; private init; } = [];

        public Dictionary<uint, NodeRecord> Nodes { get; private init; } = [];

        public RegistryPosition NodePosition { get; set; }

        public RegistryPosition RoutePosition { get; set; }

        public Truth Copy() => new()
        {
            Routes = new Dictionary<Address, RouteRecord>(Routes),
            Nodes = new Dictionary<uint, NodeRecord>(Nodes),
            NodePosition = NodePosition,
            RoutePosition = RoutePosition,
        };
    }
}
