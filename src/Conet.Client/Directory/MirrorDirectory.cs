using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Client;

/// <summary>
/// A directory over a mirrored table: no question about a wallet ever leaves this machine. Checks the
/// wallet's own signature of a route the first time it is asked for. Any thread.
/// </summary>
/// <param name="table">Gives the last good table; called on every look-up.</param>
/// <param name="chainId">EIP-155 chain id.</param>
/// <param name="routeRegistry">Address of the RouteRegistry, whose domain the signatures have.</param>
public sealed class MirrorDirectory(Func<RouteTable> table, ulong chainId, Address routeRegistry) : IDirectory
{
    private const int CheckedMax = 4096;

    private readonly RouteTypedData _typedData = new(chainId, routeRegistry);
    private readonly ConcurrentDictionary<(Address Wallet, ulong Sequence), bool> _checked = new();

    /// <inheritdoc/>
    public IReadOnlyList<NodeInfo> Nodes =>
        [.. table().Nodes.Where(entry => entry.Value.Node.State == NodeState.Active)
            .Select(entry => ToInfo(entry.Key, entry.Value.Node))];

    /// <inheritdoc/>
    public bool TryGetNode(NodeId id, [NotNullWhen(true)] out NodeInfo? node)
    {
        node = null;
        if (!table().Nodes.TryGetValue(id.Value, out NodeRow? row)
            || row.Node.State is not (NodeState.Active or NodeState.Draining))
        {
            return false;
        }

        node = ToInfo(id.Value, row.Node);
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetRoute(in Address wallet, [NotNullWhen(true)] out RouteInfo? route)
    {
        route = null;
        if (!table().TryGetLiveRoute(wallet, out RouteRow? row))
            return false;
        PackedRoute packed = row.Route.Packed;
        NodeId[] homes = [packed.Home0, packed.Home1, packed.Home2];
        route = new RouteInfo(
            wallet,
            row.Route.Prekey.ToArray(),
            packed.Suite,
            packed.Epoch,
            packed.ExpiresUnixSeconds,
            homes[..packed.HomeCount],
            IsSigned(wallet, row));
        return true;
    }

    private static NodeInfo ToInfo(uint id, in NodeRecord node) =>
        new(new NodeId(id), node.ClientEndPoint, node.SealKey.ToArray());

    private bool IsSigned(in Address wallet, RouteRow row)
    {
        if (row.Signature.IsUnsigned)
            return false;
        if (_checked.TryGetValue((wallet, row.Sequence), out bool known))
            return known;
        bool isSigned = _typedData.VerifyRoute(wallet, row.Route.Prekey, row.Route.Packed, row.Signature);
        if (_checked.Count >= CheckedMax)
            _checked.Clear();
        _checked[(wallet, row.Sequence)] = isSigned;
        return isSigned;
    }
}
