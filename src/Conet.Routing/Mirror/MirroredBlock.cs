using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>A block and the table after it. Going back a block is going back to this.</summary>
/// <param name="Number">Block number.</param>
/// <param name="Hash">Block hash.</param>
/// <param name="Table">Table after the block.</param>
internal readonly record struct MirroredBlock(ulong Number, Bytes32 Hash, RouteTable Table);
