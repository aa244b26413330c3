using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Where things lie in a shared snapshot; integers big-endian. docs/SPEC.md, section 14.
/// <code>
///  magic 8 | version 4 | chainId 8 | nodeRegistry 20 | routeRegistry 20 | block 8 | blockHash 32
///  | node events: count 8, hash 32 | route events: count 8, hash 32
///  | counts: nodes 4, keys 4, signers 4, node words 4, routes 8, route words 4
///  | SHA-256 of all before 32
///  parts, one after the other, each in blocks of 256 records, the last of what is left:
///  | records | SHA-256 of (header's SHA-256 32 | part 1 | index of the block 4 | records) 32
/// </code>
/// </summary>
internal static class SharedSnapshotLayout
{
    public const uint Version = 1;
    public const int Parts = 6;
    public const int BlockRecords = 256;
    public const int ChecksumSize = 32;
    public const int PositionSize = 8 + Bytes32.Size;

    public const int MagicSize = 8;
    public const int VersionOffset = MagicSize;
    public const int ChainIdOffset = VersionOffset + 4;
    public const int NodeRegistryOffset = ChainIdOffset + 8;
    public const int RouteRegistryOffset = NodeRegistryOffset + Address.Size;
    public const int BlockOffset = RouteRegistryOffset + Address.Size;
    public const int BlockHashOffset = BlockOffset + 8;
    public const int NodePositionOffset = BlockHashOffset + Bytes32.Size;
    public const int RoutePositionOffset = NodePositionOffset + PositionSize;
    public const int NodesOffset = RoutePositionOffset + PositionSize;
    public const int KeysOffset = NodesOffset + 4;
    public const int SignersOffset = KeysOffset + 4;
    public const int NodeWordsOffset = SignersOffset + 4;
    public const int RoutesOffset = NodeWordsOffset + 4;
    public const int RouteWordsOffset = RoutesOffset + 8;
    public const int ChecksumOffset = RouteWordsOffset + 4;
    public const int HeaderSize = ChecksumOffset + ChecksumSize;

    /// <summary>What a block's checksum is of, before the records.</summary>
    public const int BlockPrefixSize = ChecksumSize + 1 + 4;

    /// <summary>Record of a node: its words, and when its bond becomes free.</summary>
    public const int NodeSize = NodeWords.Size + 8;

    /// <summary>A point and the node's id.</summary>
    public const int KeySize = Bytes32.Size + 4;

    /// <summary>A signer and the node's id.</summary>
    public const int SignerSize = Address.Size + 4;

    /// <summary>A slot and its word.</summary>
    public const int WordSize = 2 * Bytes32.Size;

    public const int PrekeyOffset = Address.Size;
    public const int PackedOffset = PrekeyOffset + Bytes32.Size;
    public const int PackedSize = 27;
    public const int NonceOffset = PackedOffset + PackedSize;
    public const int SignatureOffset = NonceOffset + 8;

    /// <summary>Record of a route: wallet, prekey, packed word, nonce, r, vs.</summary>
    public const int RouteSize = SignatureOffset + (2 * Bytes32.Size);

    public static ReadOnlySpan<byte> Magic => "CONETSH\n"u8;

    /// <summary>Bytes of one record.</summary>
    public static int RecordSize(SharedSnapshotPart part) => part switch
    {
        SharedSnapshotPart.Nodes => NodeSize,
        SharedSnapshotPart.Keys => KeySize,
        SharedSnapshotPart.Signers => SignerSize,
        SharedSnapshotPart.Routes => RouteSize,
        _ => WordSize,
    };

    /// <summary>Bytes at the start of a record that put it in order; 0 where the index does.</summary>
    public static int OrderSize(SharedSnapshotPart part) => part switch
    {
        SharedSnapshotPart.Nodes => 0,
        SharedSnapshotPart.Signers or SharedSnapshotPart.Routes => Address.Size,
        _ => Bytes32.Size,
    };

    /// <summary>Blocks of a part with so many records.</summary>
    public static int Blocks(long records) => (int)((records + BlockRecords - 1) / BlockRecords);

    /// <summary>Bytes of a part with so many records.</summary>
    public static long PartBytes(SharedSnapshotPart part, long records) =>
        (records * RecordSize(part)) + ((long)Blocks(records) * ChecksumSize);
}
