using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>A block and the table after it. Going back a block is going back to this.</summary>
/// <param name="Number">Block number.</param>
/// <param name="Hash">Block hash.</param>
/// <param name="Table">Table after the block.</param>
/// <param name="Check">How well the table was compared with the registries.</param>
/// <param name="Source">
/// Provider that gave the logs since the last block that was checked; <see cref="Several"/> for several.
/// </param>
internal readonly record struct MirroredBlock(
    ulong Number, Bytes32 Hash, RouteTable Table, TableCheck Check, int Source)
{
    /// <summary>Nobody alone gave the logs.</summary>
    public const int Several = -1;
}
