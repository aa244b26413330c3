using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Where things lie in a snapshot file; integers big-endian.
/// <code>
///  magic 8 | version 4 | keyId 8 | chainId 8 | nodeRegistry 20 | routeRegistry 20
///  | block 8 | blockHash 32 | time 8
///  | node count 8, hash 32 | route count 8, hash 32 | node records 4 | route records 8
///  | nodes, by id: id 4, seq 8, block 8, record 352
///  | routes, by wallet: wallet 20, prekey 32, packed 32, r 32, vs 32, seq 8, block 8
///  | HMAC-SHA256 of all before, with the node's own key 32
/// </code>
/// </summary>
internal static class SnapshotLayout
{
    public const uint Version = 1;
    public const int MagicSize = 8;
    public const int VersionOffset = MagicSize;
    public const int KeyIdOffset = VersionOffset + 4;
    public const int KeyIdSize = 8;
    public const int ChainIdOffset = KeyIdOffset + KeyIdSize;
    public const int NodeRegistryOffset = ChainIdOffset + 8;
    public const int RouteRegistryOffset = NodeRegistryOffset + Address.Size;
    public const int BlockOffset = RouteRegistryOffset + Address.Size;
    public const int BlockHashOffset = BlockOffset + 8;
    public const int TimeOffset = BlockHashOffset + Bytes32.Size;
    public const int NodePositionOffset = TimeOffset + 8;
    public const int RoutePositionOffset = NodePositionOffset + PositionSize;
    public const int NodeCountOffset = RoutePositionOffset + PositionSize;
    public const int RouteCountOffset = NodeCountOffset + 4;
    public const int HeaderSize = RouteCountOffset + 8;
    public const int PositionSize = 8 + Bytes32.Size;
    public const int NodeSize = 4 + 8 + 8 + NodeRecord.EncodedSize;
    public const int RouteSize = Address.Size + (4 * Bytes32.Size) + 8 + 8;
    public const int TagSize = 32;

    public static ReadOnlySpan<byte> Magic => "CONETRT\n"u8;
}
