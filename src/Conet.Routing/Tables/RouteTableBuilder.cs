using System.Buffers.Binary;
using System.Collections.Immutable;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes the next <see cref="RouteTable"/> from the events of one or more blocks. One thread;
/// <see cref="Build"/> once.
/// </summary>
public sealed class RouteTableBuilder
{
    private const int NodePrefixBits = 32;

    private readonly RouteTrieBuilder _trie;
    private readonly ImmutableDictionary<Address, RouteRow>.Builder _routes;
    private readonly ImmutableSortedDictionary<uint, NodeRow>.Builder _nodes;
    private readonly ImmutableSortedSet<(ulong ExpiresSeconds, Address Wallet)>.Builder _expiries;
    private HomeSets _homeSets;
    private RegistryPosition _nodePosition;
    private RegistryPosition _routePosition;
    private ulong _timeSeconds;

    internal RouteTableBuilder(RouteTable table)
    {
        _trie = table.Trie.ToBuilder();
        _routes = table.Routes.ToBuilder();
        _nodes = table.Nodes.ToBuilder();
        _expiries = table.Expiries.ToBuilder();
        _homeSets = table.HomeSets;
        _nodePosition = table.NodePosition;
        _routePosition = table.RoutePosition;
        _timeSeconds = table.TimeSeconds;
    }

    /// <summary>
    /// Applies a log of one of the registries. False if it is not the next event of its registry, or not one
    /// at all: then the provider is wrong and nothing was changed.
    /// </summary>
    public bool TryApply(LogEntry log)
    {
        if (!RegistryEvent.TryRead(log, out RegistryEvent? change, out _) || log.Topics.Length != 2)
            return false;
        bool isNode = change is NodeChanged;
        RegistryPosition position = isNode ? _nodePosition : _routePosition;
        if (change.Sequence != position.Count + 1)
            return false;
        RegistryPosition next = new(
            change.Sequence, EventsHash.Next(position.Hash, change.Sequence, log.Topics[1], log.Data));
        if (change is NodeChanged node)
        {
            ApplyNode(node.NodeId.Value, new NodeRow(node.Node, change.Sequence, log.BlockNumber));
            _nodePosition = next;
        }
        else if (change is RouteChanged route)
        {
            ApplyRoute(
                route.Wallet, new RouteRow(route.Route, route.Signature, change.Sequence, log.BlockNumber));
            _routePosition = next;
        }

        return true;
    }

    /// <summary>
    /// Sets the time of the block: routes that end by then go, routes that it does not reach come back.
    /// </summary>
    public void SetTime(ulong timeSeconds)
    {
        (ulong earlier, ulong later) = timeSeconds > _timeSeconds
            ? (_timeSeconds, timeSeconds)
            : (timeSeconds, _timeSeconds);
        bool isForward = timeSeconds > _timeSeconds;
        _timeSeconds = timeSeconds;
        int at = _expiries.IndexOf((earlier, MaxAddress));
        int index = at < 0 ? ~at : at + 1;
        for (; index < _expiries.Count && _expiries[index].ExpiresSeconds <= later; index++)
        {
            Address wallet = _expiries[index].Wallet;
            if (isForward)
                _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
            else
                Serve(wallet, _routes[wallet].Route);
        }
    }

    /// <summary>Puts a record where a snapshot says it was; positions are set apart.</summary>
    internal void Restore(in Address wallet, RouteRow row) => ApplyRoute(wallet, row);

    /// <summary>The same for a node.</summary>
    internal void Restore(uint nodeId, NodeRow row) => ApplyNode(nodeId, row);

    /// <summary>Sets how far the events go, as a snapshot says.</summary>
    internal void Restore(RegistryPosition nodes, RegistryPosition routes)
    {
        _nodePosition = nodes;
        _routePosition = routes;
    }

    /// <summary>The finished table.</summary>
    public RouteTable Build() => new()
    {
        Trie = _trie.Build(),
        Routes = _routes.ToImmutable(),
        Nodes = _nodes.ToImmutable(),
        NodePosition = _nodePosition,
        RoutePosition = _routePosition,
        TimeSeconds = _timeSeconds,
        HomeSets = _homeSets,
        Expiries = _expiries.ToImmutable(),
    };

    private static Address MaxAddress { get; } = new([.. Enumerable.Repeat((byte)0xFF, Address.Size)]);

    private void ApplyNode(uint nodeId, NodeRow row)
    {
        _nodes[nodeId] = row;
        Span<byte> prefix = stackalloc byte[Address.Size];
        prefix.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(prefix, nodeId);
        if (row.Node.State is NodeState.Active or NodeState.Draining)
        {
            _homeSets = _homeSets.With(new Homes(nodeId, 0, 0), out uint index);
            _trie.Set(new Address(prefix), NodePrefixBits, index);
        }
        else
        {
            _trie.Remove(new Address(prefix), NodePrefixBits);
        }
    }

    private void ApplyRoute(in Address wallet, RouteRow row)
    {
        if (_routes.TryGetValue(wallet, out RouteRow? old) && old.Route.IsLive)
            _expiries.Remove((old.Route.Packed.ExpiresUnixSeconds, wallet));
        _routes[wallet] = row;
        if (!row.Route.IsLive)
        {
            _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
            return;
        }

        _expiries.Add((row.Route.Packed.ExpiresUnixSeconds, wallet));
        if (row.Route.Packed.ExpiresUnixSeconds > _timeSeconds)
            Serve(wallet, row.Route);
        else
            _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
    }

    private void Serve(in Address wallet, in RouteRecord route)
    {
        Homes homes = new(route.Packed.Home0.Value, route.Packed.Home1.Value, route.Packed.Home2.Value);
        _homeSets = _homeSets.With(homes, out uint index);
        _trie.Set(wallet, RouteTrie.PrefixBitsMax, index);
    }
}
