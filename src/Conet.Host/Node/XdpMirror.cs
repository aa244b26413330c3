using Conet.Routing.Tables;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>A neighbour that may be sent to now.</summary>
/// <param name="NodeId">Its id.</param>
/// <param name="Hop">Its hop number.</param>
/// <param name="Endpoint">Where it answered a probe.</param>
internal readonly record struct ReachableNode(uint NodeId, int Hop, UdpEndpoint Endpoint);

/// <summary>
/// Keeps the maps of the XDP program as the socket path would decide: it forwards where that would, or leaves
/// the cell to it. Routes are told by <see cref="Sync"/>, neighbours and local addressees at once. Calls
/// exclude each other; a caller waits for no more than <see cref="Limits.XdpRoutesPerCall"/> addresses.
/// Source: docs/decisions/0006.
/// </summary>
/// <remarks>
/// An address that has a route or is a local addressee, and is not in the map, must not be taken for one that
/// merely lies under a node. So a local addressee stands in the map as <see cref="XdpForwarder.Kept"/>; and a
/// node under whose id lies an address that found no room serves routes alone.
/// </remarks>
internal sealed class XdpMirror
{
    private readonly IXdpMaps _maps;
    private readonly uint _self;
    private readonly Address _own;
    private readonly int _routesMax;
    private readonly Lock _gate = new();
    private readonly Dictionary<Address, Entry> _entries = [];
    private readonly HashSet<Address> _locals = [];
    private readonly Dictionary<uint, ReachableNode> _nodes = [];
    private readonly Address[] _waiting = new Address[Limits.XdpRoutesPerCall];
    private readonly ulong[] _waitingHomes = new ulong[Limits.XdpRoutesPerCall];
    private HashSet<uint> _crowded = [];
    private HashSet<uint> _collected = [];
    private IRouteList? _synced;
    private IRouteList? _list;
    private int _generation;
    private int _count;
    private int _leftOut;
    private bool _isRoomMade;
    private bool _isBroken;

    /// <summary>Begins with empty maps and the switch off.</summary>
    /// <param name="maps">Nobody else writes to them.</param>
    /// <param name="self">Own id.</param>
    /// <param name="routesMax">
    /// Routes it mirrors; the map must have room for the local addressees beside them.
    /// </param>
    public XdpMirror(IXdpMaps maps, NodeId self, int routesMax)
    {
        _maps = maps;
        _self = self.Value;
        _own = NodeAddress.Own(self);
        _routesMax = routesMax;
        maps.KeepNode(_self);
    }

    /// <summary>Addresses in the map; any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Routes that found no room in the map; any thread.</summary>
    public int LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Brings the map to a list of routes; the first that is finished turns the switch on.</summary>
    public void Sync(IRouteList list)
    {
        if (_synced is not null && list.IsSameAs(_synced) && !(_leftOut > 0 && _isRoomMade))
            return;
        lock (_gate)
        {
            _generation++;
            _list = list;
            _collected = [];
            _isRoomMade = false;
            _leftOut = 0;
        }

        foreach (KeyValuePair<Address, Homes>[] part in list.All().Chunk(Limits.XdpRoutesPerCall))
        {
            lock (_gate)
                Set(part);
        }

        foreach (Address[] part in Gone().Chunk(Limits.XdpRoutesPerCall))
        {
            lock (_gate)
                Remove(part);
        }

        lock (_gate)
        {
            HashSet<uint> before = _crowded;
            // A copy: what is left out from here on must be new to one of them.
            _crowded = [.. _collected];
            foreach (uint id in before.Where(id => !_crowded.Contains(id)))
                ShowNode(id);
            _maps.IsOn = !_isBroken;
        }

        _synced = list;
    }

    /// <summary>Takes the neighbours that may be sent to now; all others may not.</summary>
    public void SetNodes(IReadOnlyList<ReachableNode> nodes)
    {
        HashSet<uint> present = [.. nodes.Select(node => node.NodeId)];
        lock (_gate)
        {
            foreach (uint gone in _nodes.Keys.Where(id => !present.Contains(id)).ToArray())
            {
                _nodes.Remove(gone);
                ShowNode(gone);
            }

            foreach (ReachableNode node in nodes)
            {
                if (_nodes.TryGetValue(node.NodeId, out ReachableNode known) && known == node)
                    continue;
                _nodes[node.NodeId] = node;
                ShowNode(node.NodeId);
            }
        }
    }

    /// <summary>
    /// Leaves an address to the socket path, where it is about to become a local addressee.
    /// </summary>
    public void Hold(in Address address)
    {
        lock (_gate)
        {
            // What lies under the own id is left to the socket path anyhow, unless a route says otherwise.
            if (_locals.Add(address) && (_entries.ContainsKey(address) || !IsUnderSelf(address))
                && !TryWrite(address, XdpForwarder.Kept))
                Break();
        }
    }

    /// <summary>The address is no local addressee any more: its route counts again.</summary>
    public void Release(in Address address)
    {
        lock (_gate)
        {
            if (!_locals.Remove(address) || !_entries.ContainsKey(address))
                return;
            Homes homes = default;
            if (_list?.TryGet(address, out homes) ?? false)
            {
                if (_entries.Count <= _routesMax && TryWrite(address, WordOf(address, homes)))
                    return;
                LeaveOut(address);
            }

            Remove([address]);
        }
    }

    /// <summary>Switches off for good: every cell goes to the socket path.</summary>
    public void Stop()
    {
        lock (_gate)
            Break();
    }

    private bool IsUnderSelf(in Address address) => NodeAddress.NodeOf(address).Value == _self;

    private ulong WordOf(in Address address, in Homes homes) =>
        address == _own || _locals.Contains(address)
            ? XdpForwarder.Kept
            : XdpForwarder.Homes(homes.First, homes.Second, homes.Third);

    private void Set(ReadOnlySpan<KeyValuePair<Address, Homes>> part)
    {
        int count = 0;
        int added = 0;
        foreach (var (address, homes) in part)
        {
            ulong word = WordOf(address, homes);
            if (_entries.TryGetValue(address, out Entry entry))
            {
                _entries[address] = entry with { Generation = _generation };
                if (entry.Homes == word)
                    continue;
            }
            else if (_entries.Count + added >= _routesMax)
            {
                LeaveOut(address);
                continue;
            }
            else
            {
                added++;
            }

            _waiting[count] = address;
            _waitingHomes[count++] = word;
        }

        WriteWaiting(count);
        Volatile.Write(ref _count, _entries.Count);
    }

    private void WriteWaiting(int count)
    {
        Span<byte> bytes = stackalloc byte[Limits.XdpRoutesPerCall * Address.Size];
        for (int index = 0; index < count; index++)
            _waiting[index].CopyTo(bytes.Slice(index * Address.Size, Address.Size));
        bool isWhole = _maps.TrySetRoutes(bytes[..(count * Address.Size)], _waitingHomes.AsSpan(0, count));
        for (int index = 0; index < count; index++)
        {
            Address address = _waiting[index];
            ReadOnlySpan<byte> one = bytes.Slice(index * Address.Size, Address.Size);
            if (isWhole || _maps.TrySetRoutes(one, _waitingHomes.AsSpan(index, 1)))
            {
                _entries[address] = new Entry(_waitingHomes[index], _generation);
                continue;
            }

            // The kernel has no memory for it: what stood there is no longer true.
            LeaveOut(address);
            if (_maps.TryRemoveRoute(one) && !_locals.Contains(address))
                _entries.Remove(address);
            else
                Break();
        }
    }

    private bool TryWrite(in Address address, ulong word)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        if (!_maps.TrySetRoutes(bytes, [word]))
            return false;
        _entries[address] = new Entry(word, _generation);
        Volatile.Write(ref _count, _entries.Count);
        return true;
    }

    /// <summary>
    /// An address with a route is not in the map: until a list is read anew, its node serves routes alone.
    /// </summary>
    private void LeaveOut(in Address address)
    {
        Volatile.Write(ref _leftOut, _leftOut + 1);
        uint id = NodeAddress.NodeOf(address).Value;
        if (id is 0 or >= XdpForwarder.NodeIdsMax)
            return;
        _collected.Add(id);
        if (_crowded.Add(id))
            ShowNode(id);
    }

    private Address[] Gone()
    {
        lock (_gate)
        {
            return [.. _entries
                .Where(pair => pair.Value.Generation != _generation && !_locals.Contains(pair.Key))
                .Select(pair => pair.Key)];
        }
    }

    private void Remove(ReadOnlySpan<Address> addresses)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        foreach (Address address in addresses)
        {
            if (_locals.Contains(address))
                continue;
            address.CopyTo(bytes);
            if (_maps.TryRemoveRoute(bytes))
                _isRoomMade |= _entries.Remove(address);
            else
                Break();
        }

        Volatile.Write(ref _count, _entries.Count);
    }

    private void ShowNode(uint id)
    {
        if (id is 0 || id == _self)
            return;
        if (_nodes.TryGetValue(id, out ReachableNode node))
            _maps.SetNode(id, node.Endpoint, node.Hop, ofAddresses: !_crowded.Contains(id));
        else
            _maps.ClearNode(id);
    }

    private void Break()
    {
        _isBroken = true;
        _maps.IsOn = false;
    }

    private readonly record struct Entry(ulong Homes, int Generation);
}
