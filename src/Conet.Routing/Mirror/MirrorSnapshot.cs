using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>A table and the block it is of. Immutable.</summary>
/// <param name="BlockNumber">Block number.</param>
/// <param name="BlockHash">Block hash; the mirror checks that it is still canonical.</param>
/// <param name="Table">Table after the block.</param>
/// <param name="Origin">Where the table began.</param>
public sealed record MirrorSnapshot(
    ulong BlockNumber, Bytes32 BlockHash, RouteTable Table,
    TableOrigin Origin = TableOrigin.OwnSnapshot);
