using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// Brings what <see cref="ProbeTracker"/> knows to the workers: an endpoint for each reachable node, none for
/// any other, and a new <see cref="HopSnapshot"/> when that changed. One thread, the tracker's.
/// </summary>
internal sealed class HopDirector
{
    private readonly NodeId _self;
    private readonly ProbeTracker _probes;
    private readonly EndpointTable _endpoints;
    private readonly HopBoard _board;
    private readonly XdpMirror? _mirror;
    private readonly HopPlaces _places;
    private readonly ulong[] _cellsSeen;
    private long _version = -1;
    private volatile Link[] _links = [];

    public HopDirector(
        NodeId self, ProbeTracker probes, EndpointTable endpoints, HopBoard board, XdpMirror? mirror)
    {
        _self = self;
        _probes = probes;
        _endpoints = endpoints;
        _board = board;
        _mirror = mirror;
        _places = new HopPlaces(endpoints.Capacity);
        _cellsSeen = new ulong[endpoints.Capacity];
    }

    /// <summary>Every neighbour that has, or had, a hop number; any thread may read.</summary>
    public IReadOnlyList<Link> Links => _links;

    /// <summary>Brings the workers up to date, if anything changed.</summary>
    public void Update()
    {
        if (_version == _probes.Version)
            return;
        _version = _probes.Version;
        _places.Keep(id => _probes.TryGetPeer(new NodeId(id), out _));
        List<KeyValuePair<uint, int>> hops = [];
        List<ReachableNode> reachable = [];
        foreach (NodePeer peer in _probes.Reachable())
        {
            if (!_places.TryGet(peer.Id, out int hop) || !_endpoints.TrySet(hop, peer.Endpoint))
                continue;
            hops.Add(new(peer.Id.Value, hop));
            reachable.Add(new ReachableNode(peer.Id.Value, hop, peer.Endpoint));
        }

        HashSet<int> live = [.. hops.Select(pair => pair.Value)];
        for (int hop = 0; hop < _places.Used; hop++)
        {
            if (!live.Contains(hop))
                _endpoints.Clear(hop);
        }

        foreach (NodeId forbidden in _probes.Forbidden)
            hops.Add(new(forbidden.Value, NoHop.ForbiddenEndpoint));
        _mirror?.SetNodes(reachable);
        _board.Current = new HopSnapshot(_self.Value, hops);
        _links = [.. _places.Hops.OrderBy(pair => pair.Key)
            .Select(pair => new Link(pair.Key, pair.Value, live.Contains(pair.Value)))];
    }

    /// <summary>Tells the tracker where cells went since the last call.</summary>
    /// <param name="cellsOf">Cells sent to a hop since the process began, all workers together.</param>
    /// <param name="nowMs">Monotonic milliseconds.</param>
    public void NoteFlow(Func<int, ulong> cellsOf, long nowMs)
    {
        foreach (Link link in _links)
        {
            ulong cells = cellsOf(link.Hop);
            if (cells == _cellsSeen[link.Hop])
                continue;
            _cellsSeen[link.Hop] = cells;
            _probes.NoteFlow(new NodeId(link.NodeId), nowMs);
        }
    }

    /// <summary>A neighbour, its hop number, and whether it is reachable.</summary>
    internal readonly record struct Link(uint NodeId, int Hop, bool Reachable);
}
