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
    /// <summary>Changes that are kept beside the sorted rows, however few those are.</summary>
    internal const int ChangesKeptUsually = 4_096;

    private const int NodePrefixBits = 32;

    /// <summary>
    /// And one change for so many rows: a change takes ten times the memory of a row, and each pays for
    /// copying so many when they are merged.
    /// </summary>
    private const int RowsPerChange = 32;

    private readonly RouteTrieBuilder _trie;
    private readonly ImmutableSortedDictionary<uint, NodeRow>.Builder _nodes;
    private readonly HomeSets _homeSets;
    private readonly int _changesKept;
    private readonly Dictionary<Address, RouteRow> _fresh = [];
    private SortedRoutes _sorted;
    private ImmutableDictionary<Address, RouteRow> _changes;
    private ImmutableSortedSet<(ulong ExpiresSeconds, Address Wallet)> _expiries;
    private int _count;
    private RegistryPosition _nodePosition;
    private RegistryPosition _routePosition;
    private ulong _timeSeconds;

    internal RouteTableBuilder(RouteTable table)
    {
        // What begins anew shares nothing with what began before.
        bool isEmpty = table.Routes.Count == 0 && table.Nodes.Count == 0;
        _trie = table.Trie.ToBuilder();
        _nodes = table.Nodes.ToBuilder();
        _homeSets = isEmpty ? new HomeSets() : table.HomeSets;
        _changesKept = table.ChangesKept;
        _sorted = isEmpty ? SortedRoutes.Create() : table.Routes.Sorted;
        _changes = table.Routes.Changes;
        _expiries = table.Routes.ChangedExpiries;
        _count = table.Routes.Count;
        _nodePosition = table.NodePosition;
        _routePosition = table.RoutePosition;
        _timeSeconds = table.TimeSeconds;
    }

    /// <summary>The greatest address there is.</summary>
    internal static Address MaxAddress { get; } = new([.. Enumerable.Repeat((byte)0xFF, Address.Size)]);

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
            uint id = node.NodeId.Value;
            NodeRow row = new(node.Node, change.Sequence, log.BlockNumber);
            ApplyNode(id, row, _homeSets.IndexOf(new Homes(id, 0, 0)));
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
        TakeFresh();
        bool isForward = timeSeconds > _timeSeconds;
        (ulong earlier, ulong later) = isForward ? (_timeSeconds, timeSeconds) : (timeSeconds, _timeSeconds);
        _timeSeconds = timeSeconds;
        int at = _expiries.IndexOf((earlier, MaxAddress));
        int index = at < 0 ? ~at : at + 1;
        for (; index < _expiries.Count && _expiries[index].ExpiresSeconds <= later; index++)
        {
            Address wallet = _expiries[index].Wallet;
            if (isForward)
                _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
            else
                Serve(wallet, _changes[wallet]);
        }

        for (int place = _sorted.PlaceAfter(earlier); place < _sorted.LiveCount; place++)
        {
            int row = _sorted.RowAtPlace(place);
            if (_sorted.ExpiryAt(row) > later)
                break;
            Address wallet = _sorted.WalletAt(row);
            uint homes = _sorted.HomesAt(row);
            if (homes == SortedRoutes.NoHomes || _changes.ContainsKey(wallet))
                continue;
            if (isForward)
                _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
            else
                _trie.Set(wallet, RouteTrie.PrefixBitsMax, homes);
        }
    }

    /// <summary>Puts a record where a snapshot says it was; positions are set apart.</summary>
    internal void Restore(in Address wallet, RouteRow row) => ApplyRoute(wallet, row);

    /// <summary>The same for a node.</summary>
    internal void Restore(uint nodeId, NodeRow row) =>
        ApplyNode(nodeId, row, _homeSets.Add(new Homes(nodeId, 0, 0)));

    /// <summary>Sets how far the events go, as a snapshot says.</summary>
    internal void Restore(RegistryPosition nodes, RegistryPosition routes)
    {
        _nodePosition = nodes;
        _routePosition = routes;
    }

    /// <summary>The finished table.</summary>
    public RouteTable Build()
    {
        TakeFresh();
        return new RouteTable
        {
            Trie = _trie.Build(),
            Routes = new RouteRows(_sorted, _changes, _expiries, _homeSets, _count),
            Nodes = _nodes.ToImmutable(),
            NodePosition = _nodePosition,
            RoutePosition = _routePosition,
            TimeSeconds = _timeSeconds,
            ChangesKept = _changesKept,
        };
    }

    private void ApplyNode(uint nodeId, NodeRow row, uint homes)
    {
        _nodes[nodeId] = row;
        Span<byte> prefix = stackalloc byte[Address.Size];
        prefix.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(prefix, nodeId);
        if (row.Node.State is NodeState.Active or NodeState.Draining)
            _trie.Set(new Address(prefix), NodePrefixBits, homes);
        else
            _trie.Remove(new Address(prefix), NodePrefixBits);
    }

    private void ApplyRoute(in Address wallet, RouteRow row)
    {
        _fresh[wallet] = row;
        if (row.Route.IsLive && row.Route.Packed.ExpiresUnixSeconds > _timeSeconds)
            Serve(wallet, row);
        else
            _trie.Remove(wallet, RouteTrie.PrefixBitsMax);
        if (_changes.Count + _fresh.Count > Math.Max(_changesKept, _sorted.Count / RowsPerChange))
            Merge();
    }

    private void Serve(in Address wallet, RouteRow row) =>
        _trie.Set(wallet, RouteTrie.PrefixBitsMax, _homeSets.IndexOf(row.Homes));

    /// <summary>Puts what was applied beside the sorted rows.</summary>
    private void TakeFresh()
    {
        if (_fresh.Count == 0)
            return;
        ImmutableSortedSet<(ulong ExpiresSeconds, Address Wallet)>.Builder expiries = _expiries.ToBuilder();
        foreach ((Address wallet, RouteRow row) in _fresh)
        {
            if (_changes.TryGetValue(wallet, out RouteRow? old))
                expiries.Remove((old.Route.Packed.ExpiresUnixSeconds, wallet));
            else if (!_sorted.TryFind(wallet, out _))
                _count++;
            if (row.Route.IsLive)
                expiries.Add((row.Route.Packed.ExpiresUnixSeconds, wallet));
        }

        _expiries = expiries.ToImmutable();
        _changes = _changes.SetItems(_fresh);
        _fresh.Clear();
    }

    /// <summary>Makes new sorted rows of the old ones and everything that changed.</summary>
    private void Merge()
    {
        foreach ((Address wallet, RouteRow row) in _changes)
            _fresh.TryAdd(wallet, row);
        _sorted = new RouteMerge(_sorted, [.. _fresh], _homeSets).ToRoutes();
        _count = _sorted.Count;
        _changes = ImmutableDictionary<Address, RouteRow>.Empty;
        _expiries = ImmutableSortedSet<(ulong, Address)>.Empty;
        _fresh.Clear();
    }
}
