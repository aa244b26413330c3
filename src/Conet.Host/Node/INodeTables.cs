namespace Conet.Host.Node;

/// <summary>
/// The mirrored registries as a running node needs them: who the nodes are, where wallets live, how old that
/// is. The seam between a node and the chain. Reading is safe on any thread and does not block.
/// </summary>
/// <typeparam name="THomes">The routing table; a struct, so that the forwarder calls it directly.</typeparam>
public interface INodeTables<THomes>
    where THomes : struct, IHomeLookup
{
    /// <summary>The routing table; sees every later change.</summary>
    THomes Homes { get; }

    /// <summary>
    /// Records of all active and draining nodes. Immutable; another list is another state,
    /// the same list is the same.
    /// </summary>
    IReadOnlyList<NodePeer> Nodes { get; }

    /// <summary>
    /// The routes in force now; null while no table is loaded, and always where they cannot be listed.
    /// </summary>
    IRouteList? RouteList => null;

    /// <summary>Prefix buckets of the table, for thin clients; null where none are made.</summary>
    IBucketStore? Buckets => null;

    /// <summary>What was done about them; null where none are made.</summary>
    BucketCounts? BucketCounts => null;

    /// <summary>Where the mirror stands.</summary>
    TableStatus Status { get; }

    /// <summary>
    /// Follows the chain until cancelled, and then returns. A provider that is absent,
    /// slow or lying is no fault.
    /// </summary>
    Task RunAsync(CancellationToken cancellation);
}
