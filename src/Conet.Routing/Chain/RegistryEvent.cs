using System.Diagnostics.CodeAnalysis;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>An event of one of the registries; it carries the whole new state of its record.</summary>
public abstract record RegistryEvent
{
    private protected RegistryEvent(ulong sequence) => Sequence = sequence;

    /// <summary>Place in the registry's history, from 1, without gaps.</summary>
    public ulong Sequence { get; }

    /// <summary>Reads a log of either registry, telling them apart by the first topic.</summary>
    public static bool TryRead(
        LogEntry log, [NotNullWhen(true)] out RegistryEvent? change, out AbiError error)
    {
        ArgumentNullException.ThrowIfNull(log);
        return TryRead(log.Topics, log.Data, out change, out error);
    }

    /// <summary>
    /// Reads topics and data of either registry's event, telling them apart by the first topic.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data,
        [NotNullWhen(true)] out RegistryEvent? change, out AbiError error)
    {
        change = null;
        error = AbiError.BadValue;
        if (topics.Length != 2) return false;
        if (topics[0] == NodeChanged.Topic)
        {
            bool read = NodeChanged.TryDecode(topics[1], data, out NodeChanged? node, out error);
            change = node;
            return read;
        }
        if (topics[0] != RouteChanged.Topic) return false;
        bool isRoute = RouteChanged.TryDecode(topics[1], data, out RouteChanged? route, out error);
        change = route;
        return isRoute;
    }
}

/// <summary>NodeChanged of the NodeRegistry.</summary>
public sealed record NodeChanged : RegistryEvent
{
    /// <summary>First topic of the event.</summary>
    public static readonly Bytes32 Topic = AbiSignature.Hash(
        "NodeChanged(uint32,uint64,"
        + "(address,address,bytes32,bytes32,bytes16,uint16,uint16,bytes32,uint32,uint8,uint128))");

    /// <summary>Size of the log's data in bytes.</summary>
    public const int DataSize = AbiType.WordSize + NodeRecord.EncodedSize;

    /// <summary>An event.</summary>
    public NodeChanged(NodeId nodeId, ulong sequence, NodeRecord node) : base(sequence)
    {
        NodeId = nodeId;
        Node = node;
    }

    /// <summary>Node that changed.</summary>
    public NodeId NodeId { get; }

    /// <summary>Its whole new record.</summary>
    public NodeRecord Node { get; }

    /// <summary>Reads the indexed topic and the data of a log.</summary>
    public static bool TryDecode(
        in Bytes32 topic1, ReadOnlySpan<byte> data, [NotNullWhen(true)] out NodeChanged? change,
        out AbiError error)
    {
        change = null;
        error = AbiError.OutOfRange;
        if (!topic1.ToUInt256().TryToUInt64(out ulong id) || id is 0 or > uint.MaxValue) return false;
        AbiWordReader reader = new(data);
        bool read = reader.TryReadUInt64(out ulong sequence) & NodeRecord.TryRead(
            ref reader, out NodeRecord node)
            && reader.TryFinish();
        error = reader.Error;
        if (read) change = new NodeChanged(new NodeId((uint)id), sequence, node);
        return read;
    }
}

/// <summary>RouteChanged of the RouteRegistry.</summary>
public sealed record RouteChanged : RegistryEvent
{
    /// <summary>First topic of the event.</summary>
    public static readonly Bytes32 Topic =
        AbiSignature.Hash("RouteChanged(address,uint64,bytes32,uint256,bytes32,bytes32)");

    /// <summary>Size of the log's data in bytes.</summary>
    public const int DataSize = 5 * AbiType.WordSize;

    /// <summary>An event.</summary>
    public RouteChanged(Address wallet, ulong sequence, RouteRecord route, CompactSignature signature)
        : base(sequence)
    {
        Wallet = wallet;
        Route = route;
        Signature = signature;
    }

    /// <summary>Wallet whose route changed.</summary>
    public Address Wallet { get; }

    /// <summary>Its whole new route; cleared or live.</summary>
    public RouteRecord Route { get; }

    /// <summary>
    /// The wallet's signature over the route; unsigned for contract wallets and cleared routes.
    /// </summary>
    public CompactSignature Signature { get; }

    /// <summary>Reads the indexed topic and the data of a log. The signature is not verified here.</summary>
    public static bool TryDecode(
        in Bytes32 topic1, ReadOnlySpan<byte> data, [NotNullWhen(true)] out RouteChanged? change,
        out AbiError error)
    {
        change = null;
        Span<byte> topic = stackalloc byte[Bytes32.Size];
        topic1.CopyTo(topic);
        AbiWordReader walletReader = new(topic);
        if (!walletReader.TryReadAddress(out Address wallet))
        {
            error = walletReader.Error;
            return false;
        }
        AbiWordReader reader = new(data);
        bool read = reader.TryReadUInt64(out ulong sequence) & reader.TryReadBytes32(out Bytes32 prekey)
            & reader.TryReadUInt256(out UInt256 packed) & reader.TryReadBytes32(out Bytes32 r)
            & reader.TryReadBytes32(out Bytes32 vs) && reader.TryFinish();
        error = reader.Error;
        if (!read) return false;
        if (!RouteRecord.TryParse(prekey, packed, out RouteRecord route, out _))
        {
            error = AbiError.BadValue;
            return false;
        }
        change = new RouteChanged(wallet, sequence, route, new CompactSignature(r, vs));
        return true;
    }
}
