using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>What a bucket says of itself before its routes. Claims, until they are checked.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="RouteRegistry">The registry.</param>
/// <param name="BlockNumber">Block the routes are of.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="StateRoot">Its state root.</param>
/// <param name="BlockTimeSeconds">Its time, unix seconds.</param>
/// <param name="Prefix">Prefix of all wallets in it.</param>
public sealed record BucketHead(
    ulong ChainId,
    Address RouteRegistry,
    ulong BlockNumber,
    Bytes32 BlockHash,
    Bytes32 StateRoot,
    ulong BlockTimeSeconds,
    AddressPrefix Prefix)
{
    /// <summary>Whether it names the same block as a header.</summary>
    public bool IsOf(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return BlockNumber == header.Number && BlockHash == header.Hash && StateRoot == header.StateRoot
            && BlockTimeSeconds == header.TimestampSeconds;
    }
}
