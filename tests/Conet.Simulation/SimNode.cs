using Conet.Host;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Simulation;

/// <summary>A routing table of its own for each node, so that two nodes can disagree.</summary>
internal readonly struct SimHomes(Dictionary<Address, uint[]> routes, HashSet<uint> nodes) : IHomeLookup
{
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes)
    {
        homes.Clear();
        for (int i = 0; i < offsets.Length; i++)
        {
            Address destination = new(cells.Slice(offsets[i], Address.Size));
            Span<uint> found = homes.Slice(i * HostLimits.HomesPerRoute, HostLimits.HomesPerRoute);
            if (routes.TryGetValue(destination, out uint[]? listed))
                listed.CopyTo(found);
            else if (nodes.Contains(NodeAddress.NodeOf(destination).Value))
                found[0] = NodeAddress.NodeOf(destination).Value;
        }
    }
}

/// <summary>
/// A node of production parts - Forwarder, LocalTable, NodeRoutes, ControlPlane, HomeControl, ProbeTracker -
/// on a simulated network. What a worker does with sockets is done here by hand, one datagram at a time.
/// </summary>
internal sealed class SimNode : IControlSender, ILocalAddressees, IDisposable
{
    public static readonly NetworkId Network = new(1, NodeAddress.Own(new NodeId(4_000_000)));

    private readonly SimWorld _world;
    private readonly LocalTable _locals;
    private readonly Forwarder<NodeRoutes<SimHomes>> _forwarder;
    private readonly NodeRoutes<SimHomes> _routes;
    private readonly HopBoard _board;
    private readonly HopPlaces _places = new(64);
    private readonly UdpEndpoint[] _hopEndpoints = new UdpEndpoint[64];
    private readonly Dictionary<int, UdpEndpoint> _clients = [];
    private readonly UdpEndpoint[] _nodeAddresses;
    private long _hopsVersion = -1;
    private int _nextClient;

    public SimNode(
        SimWorld world, uint id, NodeLimits limits, UdpEndpoint client, params UdpEndpoint[] nodeAddresses)
    {
        _world = world;
        _nodeAddresses = nodeAddresses;
        ClientEndpoint = client;
        Identity = new NodeIdentity(new NodeId(id), Network, Wallet.Create(), SealKey.Create());
        byte[] seed = new byte[LocalTable.SeedSize];
        world.Random.NextBytes(seed);
        _locals = new LocalTable(4_096, seed);
        Probes = new ProbeTracker(Identity.Id, endpoint => endpoint.Port != 0);
        Plane = new ControlPlane(
            Identity,
            new HomeControl(Identity.Id, limits, this, world.Random.NextBytes),
            Probes,
            this,
            limits,
            world.Random.NextBytes,
            1 << 16);
        _board = new HopBoard(new HopSnapshot(id, []));
        _routes = new NodeRoutes<SimHomes>(new SimHomes(Routes, Nodes), _board);
        byte[] own = new byte[Address.Size];
        Identity.OwnAddress.CopyTo(own);
        Counters = new ForwardingCounters(64);
        _forwarder = new Forwarder<NodeRoutes<SimHomes>>(
            new ForwarderOptions { OwnAddress = own, HopsMax = 64, HandlesMax = 4_096, CellsMax = 4 },
            _locals,
            Counters);
        world.Bind(client, datagram => Receive(datagram, CellRole.ClientPort));
        foreach (UdpEndpoint address in nodeAddresses)
            world.Bind(address, datagram => Receive(datagram, CellRole.NodePort));
        world.Every(HostLimits.ControlTickMilliseconds, Tick);
    }

    public NodeIdentity Identity { get; }

    public UdpEndpoint ClientEndpoint { get; }

    public ControlPlane Plane { get; }

    public ProbeTracker Probes { get; }

    public ForwardingCounters Counters { get; }

    /// <summary>This node's own idea of where wallets live.</summary>
    public Dictionary<Address, uint[]> Routes { get; } = [];

    /// <summary>This node's own idea of which nodes there are.</summary>
    public HashSet<uint> Nodes { get; } = [];

    public NodePeer Record(UdpEndpoint? elsewhere = null) =>
        new(Identity.Id, Identity.Signer.Address, Identity.SealKey.PublicKey.ToArray(),
            elsewhere ?? _nodeAddresses[0]);

    public void SetPeers(params IEnumerable<NodePeer> peers)
    {
        NodePeer[] all = [.. peers];
        Nodes.Clear();
        Nodes.UnionWith(all.Select(peer => peer.Id.Value));
        Nodes.Add(Identity.Id.Value);
        Probes.SetPeers(all, _world.NowMs);
    }

    public void Send(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from) =>
        _world.Send(new Datagram(
            from == CellRole.ClientPort ? ClientEndpoint : AnyNodeAddress(), to, cell.ToArray(),
            Purpose.Control, 0));

    public bool TryAddEndpoint(in UdpEndpoint endpoint, out int place)
    {
        place = _nextClient++;
        _clients.Add(place, endpoint);
        return true;
    }

    public void MoveEndpoint(int place, in UdpEndpoint endpoint) => _clients[place] = endpoint;

    public void RemoveEndpoint(int place) => _clients.Remove(place);

    public bool TrySet(in Address address, int place)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return _locals.TrySet(bytes, place);
    }

    public void Remove(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        _locals.Remove(bytes);
    }

    public void Dispose()
    {
        Plane.Dispose();
        Identity.Dispose();
    }

    private ControlTime Now => new(SimWorld.EpochMs + (ulong)_world.NowMs, _world.NowMs);

    /// <summary>A host with several addresses answers from whichever its routing table picks.</summary>
    private UdpEndpoint AnyNodeAddress() => _nodeAddresses[_world.Random.Next(_nodeAddresses.Length)];

    private void Tick()
    {
        Plane.Tick(Now);
        if (_hopsVersion == Probes.Version)
            return;
        _hopsVersion = Probes.Version;
        List<KeyValuePair<uint, int>> hops = [];
        foreach (NodePeer peer in Probes.Reachable())
        {
            Assert.True(_places.TryGet(peer.Id, out int hop));
            _hopEndpoints[hop] = peer.Endpoint;
            hops.Add(new(peer.Id.Value, hop));
        }

        _board.Current = new HopSnapshot(Identity.Id.Value, hops);
    }

    private void Receive(Datagram datagram, CellRole role)
    {
        if (!CellView.TryRead(datagram.Bytes, out _))
        {
            Counters.CountDropped(DropReason.WrongSize, 1);
            return;
        }

        _forwarder.Forward(_routes, datagram.Bytes, [0], role);
        if (_forwarder.Control.Length == 1)
            Plane.Receive(datagram.Bytes, datagram.From, role, Now);
        if (_forwarder.Forwards.CellCount == 1)
        {
            Counters.CountForwarded(1);
            UdpEndpoint hop = _hopEndpoints[_forwarder.Forwards.KeyOf(0)];
            _world.Send(
                new Datagram(AnyNodeAddress(), hop, datagram.Bytes, Purpose.Forward, datagram.Hops + 1));
        }

        if (_forwarder.Deliveries.CellCount == 1
            && _clients.TryGetValue(_forwarder.Deliveries.KeyOf(0), out UdpEndpoint client))
        {
            Counters.CountDelivered(1);
            _world.Send(
                new Datagram(ClientEndpoint, client, datagram.Bytes, Purpose.Delivery, datagram.Hops + 1));
        }
    }
}
