using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// What stands at the start of a shared snapshot: which state of which registries it is, and how much there
/// is of it. Nothing of it is true before it was proved. Immutable.
/// </summary>
public sealed record SharedSnapshotHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = SharedSnapshotLayout.HeaderSize;

    private readonly long[] _records;

    internal SharedSnapshotHeader(
        MirrorOptions options, ulong blockNumber, in Bytes32 blockHash, RegistryPosition nodePosition,
        RegistryPosition routePosition, ReadOnlySpan<long> records)
    {
        ChainId = options.ChainId;
        NodeRegistry = options.NodeRegistry;
        RouteRegistry = options.RouteRegistry;
        BlockNumber = blockNumber;
        BlockHash = blockHash;
        NodePosition = nodePosition;
        RoutePosition = routePosition;
        _records = records.ToArray();
        long size = Size;
        for (int part = 0; part < SharedSnapshotLayout.Parts; part++)
            size += SharedSnapshotLayout.PartBytes((SharedSnapshotPart)part, _records[part]);
        FileBytes = size;
    }

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; }

    /// <summary>Address of the NodeRegistry.</summary>
    public Address NodeRegistry { get; }

    /// <summary>Address of the RouteRegistry.</summary>
    public Address RouteRegistry { get; }

    /// <summary>Number of the block after which the registries hold these words.</summary>
    public ulong BlockNumber { get; }

    /// <summary>Its hash.</summary>
    public Bytes32 BlockHash { get; }

    /// <summary>How far the node registry's events go.</summary>
    public RegistryPosition NodePosition { get; }

    /// <summary>How far the route registry's events go.</summary>
    public RegistryPosition RoutePosition { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long FileBytes { get; }

    /// <summary>Nodes ever registered.</summary>
    public long Nodes => Records(SharedSnapshotPart.Nodes);

    /// <summary>Wallets that ever set a route.</summary>
    public long Routes => Records(SharedSnapshotPart.Routes);

    internal long Records(SharedSnapshotPart part) => _records[(int)part];

    /// <summary>Where a part begins.</summary>
    internal long PartOffset(SharedSnapshotPart part)
    {
        long offset = Size;
        for (SharedSnapshotPart before = 0; before < part; before++)
            offset += SharedSnapshotLayout.PartBytes(before, Records(before));
        return offset;
    }

    /// <summary>Reads a header from bytes that may be anything. Never throws.</summary>
    /// <param name="bytes">The start of a file; what follows the header is not looked at.</param>
    /// <param name="options">Chain and registries it must belong to.</param>
    /// <param name="header">The header, or null.</param>
    public static SharedSnapshotProblem TryRead(
        ReadOnlySpan<byte> bytes, MirrorOptions options, out SharedSnapshotHeader? header)
    {
        header = null;
        if (bytes.Length < Size || !bytes.StartsWith(SharedSnapshotLayout.Magic))
            return SharedSnapshotProblem.NotASnapshot;
        bytes = bytes[..Size];
        uint version = BinaryPrimitives.ReadUInt32BigEndian(bytes[SharedSnapshotLayout.VersionOffset..]);
        if (version != SharedSnapshotLayout.Version)
            return SharedSnapshotProblem.OtherVersion;
        Span<byte> checksum = stackalloc byte[SharedSnapshotLayout.ChecksumSize];
        SHA256.HashData(bytes[..SharedSnapshotLayout.ChecksumOffset], checksum);
        if (!checksum.SequenceEqual(bytes[SharedSnapshotLayout.ChecksumOffset..]))
            return SharedSnapshotProblem.Corrupt;
        ulong chainId = BinaryPrimitives.ReadUInt64BigEndian(bytes[SharedSnapshotLayout.ChainIdOffset..]);
        if (chainId != options.ChainId
            || ReadAddress(bytes, SharedSnapshotLayout.NodeRegistryOffset) != options.NodeRegistry
            || ReadAddress(bytes, SharedSnapshotLayout.RouteRegistryOffset) != options.RouteRegistry)
        {
            return SharedSnapshotProblem.OtherChain;
        }

        if (!TryReadCounts(bytes, out long[] records))
            return SharedSnapshotProblem.TooLarge;
        header = new SharedSnapshotHeader(
            options,
            BinaryPrimitives.ReadUInt64BigEndian(bytes[SharedSnapshotLayout.BlockOffset..]),
            new Bytes32(bytes.Slice(SharedSnapshotLayout.BlockHashOffset, Bytes32.Size)),
            ReadPosition(bytes[SharedSnapshotLayout.NodePositionOffset..]),
            ReadPosition(bytes[SharedSnapshotLayout.RoutePositionOffset..]),
            records);
        return SharedSnapshotProblem.None;
    }

    /// <summary>
    /// Whether this is what the registries say of themselves, and no larger than that allows: asked before
    /// the rest of a file is fetched.
    /// </summary>
    public SharedSnapshotProblem Check(ProvedRegistries proved)
    {
        ArgumentNullException.ThrowIfNull(proved);
        bool isOfBlock = BlockNumber == proved.Block.Number && BlockHash == proved.Block.Hash;
        bool hasItsEvents = NodePosition == proved.NodePosition && RoutePosition == proved.RoutePosition;
        bool hasItsNodes = Nodes == proved.NodeCount;
        bool isBounded = (ulong)Routes <= RoutePosition.Count
            && (ulong)Records(SharedSnapshotPart.Keys) <= 2 * NodePosition.Count
            && (ulong)Records(SharedSnapshotPart.Signers) <= NodePosition.Count;
        return isOfBlock && hasItsEvents && hasItsNodes && isBounded
            ? SharedSnapshotProblem.None
            : SharedSnapshotProblem.OtherState;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    internal void Write(Span<byte> bytes)
    {
        bytes = bytes[..Size];
        SharedSnapshotLayout.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(
            bytes[SharedSnapshotLayout.VersionOffset..], SharedSnapshotLayout.Version);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SharedSnapshotLayout.ChainIdOffset..], ChainId);
        NodeRegistry.CopyTo(bytes[SharedSnapshotLayout.NodeRegistryOffset..]);
        RouteRegistry.CopyTo(bytes[SharedSnapshotLayout.RouteRegistryOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SharedSnapshotLayout.BlockOffset..], BlockNumber);
        BlockHash.CopyTo(bytes[SharedSnapshotLayout.BlockHashOffset..]);
        WritePosition(bytes[SharedSnapshotLayout.NodePositionOffset..], NodePosition);
        WritePosition(bytes[SharedSnapshotLayout.RoutePositionOffset..], RoutePosition);
        for (SharedSnapshotPart part = 0; (int)part < SharedSnapshotLayout.Parts; part++)
        {
            if (part == SharedSnapshotPart.Routes)
                BinaryPrimitives.WriteUInt64BigEndian(bytes[CountOffset(part)..], (ulong)Records(part));
            else
                BinaryPrimitives.WriteUInt32BigEndian(bytes[CountOffset(part)..], (uint)Records(part));
        }

        SHA256.HashData(
            bytes[..SharedSnapshotLayout.ChecksumOffset], bytes[SharedSnapshotLayout.ChecksumOffset..]);
    }

    private static bool TryReadCounts(ReadOnlySpan<byte> bytes, out long[] records)
    {
        records = new long[SharedSnapshotLayout.Parts];
        bool isBounded = true;
        for (SharedSnapshotPart part = 0; (int)part < SharedSnapshotLayout.Parts; part++)
        {
            ReadOnlySpan<byte> at = bytes[CountOffset(part)..];
            ulong count = part == SharedSnapshotPart.Routes
                ? BinaryPrimitives.ReadUInt64BigEndian(at)
                : BinaryPrimitives.ReadUInt32BigEndian(at);
            long most = part switch
            {
                SharedSnapshotPart.Routes => SharedSnapshotLimits.RoutesMax,
                SharedSnapshotPart.NodeWords or SharedSnapshotPart.RouteWords =>
                    SharedSnapshotLimits.OtherWordsMax,
                _ => SharedSnapshotLimits.NodesMax,
            };
            isBounded &= count <= (ulong)most;
            records[(int)part] = isBounded ? (long)count : 0;
        }

        return isBounded;
    }

    private static int CountOffset(SharedSnapshotPart part) => part switch
    {
        SharedSnapshotPart.Nodes => SharedSnapshotLayout.NodesOffset,
        SharedSnapshotPart.Keys => SharedSnapshotLayout.KeysOffset,
        SharedSnapshotPart.Signers => SharedSnapshotLayout.SignersOffset,
        SharedSnapshotPart.NodeWords => SharedSnapshotLayout.NodeWordsOffset,
        SharedSnapshotPart.Routes => SharedSnapshotLayout.RoutesOffset,
        _ => SharedSnapshotLayout.RouteWordsOffset,
    };

    private static Address ReadAddress(ReadOnlySpan<byte> bytes, int offset) =>
        new(bytes.Slice(offset, Address.Size));

    private static RegistryPosition ReadPosition(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), new Bytes32(bytes.Slice(8, Bytes32.Size)));

    private static void WritePosition(Span<byte> bytes, RegistryPosition position)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, position.Count);
        position.Hash.CopyTo(bytes[8..]);
    }
}
