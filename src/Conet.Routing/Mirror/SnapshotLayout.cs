using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Where things lie in a snapshot file; integers big-endian.
/// <code>
///  header   magic 8 | version 4 | keyId 8 | chainId 8 | nodeRegistry 20 | routeRegistry 20
///           | block 8 | blockHash 32 | time 8
///           | node count 8, hash 32 | route count 8, hash 32
///           | nodes 4 | sets of homes 4 | routes 4 | live routes 4
///  nodes    by id: id 4, seq 8, block 8, record 352
///  homes    sets in the order in which routes name them first: node id 4, 4, 4; 0 for none
///  pages    routes by wallet, 65 536 a page: wallets 20 each, expiries 8 each, sets of homes 4 each
///  order    live routes by expiry, then by wallet: number of the route 4
///  details  of each route: prekey 32, r 32, vs 32, seq 8, block 8, epoch 4, flags 2, suite 1
///  digests  SHA-256 of each piece of the five sections 32
///  tag      HMAC-SHA256 of header and digests, with the node's own key 32
/// </code>
/// All but the details is read and checked before a table serves; a piece of details whenever it is read.
/// </summary>
internal static class SnapshotLayout
{
    public const uint Version = 2;
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
    public const int HomesCountOffset = NodeCountOffset + 4;
    public const int RouteCountOffset = HomesCountOffset + 4;
    public const int LiveCountOffset = RouteCountOffset + 4;
    public const int HeaderSize = LiveCountOffset + 4;
    public const int PositionSize = 8 + Bytes32.Size;

    public const int NodeSize = 4 + 8 + 8 + NodeRecord.EncodedSize;
    public const int HomesSize = Homes.CountMax * sizeof(uint);
    public const int DigestSize = 32;
    public const int TagSize = 32;

    /// <summary>Nodes of a piece: about 1 MiB, as for the sections below.</summary>
    public const int PieceNodes = 2_048;

    /// <summary>Sets of homes of a piece.</summary>
    public const int PieceHomes = 1 << 16;

    public static ReadOnlySpan<byte> Magic => "CONETRT\n"u8;
}
