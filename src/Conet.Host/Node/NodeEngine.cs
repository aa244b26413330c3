using System.Security.Cryptography;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// The threads of a node whose id is known, and what they share: workers, control, tables of local addressees
/// and hops. Owns the identity.
/// </summary>
internal sealed class NodeEngine<THomes> : IControlSender, IDisposable
    where THomes : struct, IHomeLookup
{
    private static readonly (DropReason Reason, string Name)[] _forwardReasons =
        [.. Enum.GetValues<DropReason>().Where(r => r != DropReason.None)
            .Select(r => (r, NodeStatus.SnakeCase(r.ToString())))];

    private static readonly (ControlDrop Reason, string Name)[] _controlReasons =
        [.. Enum.GetValues<ControlDrop>().Where(r => r != ControlDrop.None)
            .Select(r => (r, NodeStatus.SnakeCase(r.ToString())))];

    private static readonly (BodyKind Kind, string Name)[] _controlKinds =
        [.. Enum.GetValues<BodyKind>()
            .Where(k => BodyKinds.IsClientToNode(k) || k is BodyKind.Probe or BodyKind.ProbeAnswer)
            .Select(k => (k, NodeStatus.SnakeCase(k.ToString())))];

    private readonly NodeIdentity _identity;
    private readonly ControlPlane _plane;
    private readonly HopDirector _hops;
    private readonly ControlThread _control;
    private readonly UdpWorkerThread<NodeRoutes<THomes>>[] _workers;
    private readonly XdpThread? _xdp;

    public NodeEngine(
        NodeIdentity identity,
        NodeRuntimeOptions options,
        INodeTables<THomes> tables,
        IReadOnlyList<CellSocketPair> sockets,
        XdpForwarder? xdp,
        Action<Exception> onFault)
    {
        _identity = identity;
        bool development = options.IsDevelopmentChain;
        NodeLimits limits = options.Limits;
        LocalTable locals = new(limits.LocalAddressees, Seed());
        EndpointTable clients = new(limits.Attachments, development);
        EndpointTable neighbours = new(HostLimits.NodesMax, development);
        CellQueue queue = new(Limits.ControlQueueCells);
        HopBoard board = new(new HopSnapshot(identity.Id.Value, []));
        ProbeTracker probes = new(identity.Id, endpoint => !endpoint.IsForbiddenTarget(development));
        ILocalAddressees addressees = new AttachedEndpoints(locals, clients);
        XdpMirror? mirror = xdp is null
            ? null
            : new XdpMirror(xdp, identity.Id, xdp.RoutesMax - limits.LocalAddressees);
        if (mirror is not null)
        {
            addressees = new XdpAddressees(addressees, mirror);
            _xdp = new XdpThread(xdp!, mirror, () => tables.RouteList, onFault);
        }

        HomeControl home = new(identity.Id, limits, addressees, RandomNumberGenerator.Fill);
        _plane = new ControlPlane(
            identity, home, probes, this, limits, RandomNumberGenerator.Fill, buckets: tables.Buckets);
        _hops = new HopDirector(identity.Id, probes, neighbours, board, mirror);
        byte[] own = identity.OwnAddress.ToArray();
        NodeRoutes<THomes> routes = new(tables.Homes, board);
        bool pin = options.PinWorkers ?? sockets.Count > 1;
        _workers = [.. sockets.Select((pair, number) => new UdpWorkerThread<NodeRoutes<THomes>>(
            number,
            new UdpWorkerOptions
            {
                ClientSocket = pair.Client,
                NodeSocket = pair.Node,
                OwnAddress = own,
                Locals = locals,
                LocalEndpoints = clients,
                HopEndpoints = neighbours,
                ControlQueue = queue,
                ControlGate = new ControlGate(Seed()),
                DevelopmentChain = development,
            },
            routes,
            pin ? WorkerCores.Of(number, sockets.Count) : WorkerCores.Any,
            onFault))];
        _control = new ControlThread(queue, _plane, () => tables.Nodes, _hops, CellsOfHop, onFault);
    }

    public NodeId Id => _identity.Id;

    private long XdpForwarded => (long)(_xdp?.Forwarded ?? 0);

    public void Start()
    {
        _control.Start();
        foreach (UdpWorkerThread<NodeRoutes<THomes>> worker in _workers)
            worker.Start();
        _xdp?.Start();
    }

    /// <summary>
    /// Ends all threads: control first, so that nothing more is sent. False if one did not end in time; what
    /// it uses is then left to the end of the process.
    /// </summary>
    public bool Stop()
    {
        bool ended = _xdp?.Stop() ?? true;
        ended &= _control.Stop();
        foreach (UdpWorkerThread<NodeRoutes<THomes>> worker in _workers)
            ended &= worker.Stop();
        return ended;
    }

    /// <summary>The control plane's cells leave by the first worker: control is no load.</summary>
    public void Send(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from) =>
        _workers[0].TrySend(cell, to, from);

    /// <summary>Adds the numbers of the threads to a status.</summary>
    public NodeStatus Describe(NodeStatus status) => status with
    {
        NodeId = _identity.Id.Value,
        Received =
        [
            new("client", Sum(counters => counters.Received(CellRole.ClientPort)) + XdpForwarded),
            new("node", Sum(counters => counters.Received(CellRole.NodePort))),
        ],
        CellsForwarded = Sum(counters => counters.Forwarded) + XdpForwarded,
        CellsDelivered = Sum(counters => counters.Delivered),
        CellsControl = Sum(counters => counters.Control),
        ForwardDrops =
            [.. _forwardReasons.Select(
                r => new NamedCount(r.Name, Sum(counters => counters.Dropped(r.Reason))))],
        ControlDrops = [.. _controlReasons.Select(r => new NamedCount(r.Name, _plane.Drops(r.Reason)))],
        ControlHandled = [.. _controlKinds.Select(k => new NamedCount(k.Name, _plane.Handled(k.Kind)))],
        ControlOpens = _plane.Opens,
        ControlSent = _plane.Sent,
        BucketPieces = _plane.BucketPieces,
        Attachments = _control.Attachments,
        Aliases = _control.Aliases,
        PendingChallenges = _control.PendingChallenges,
        ForbiddenEndpoints = _plane.Probes.Forbidden.Count,
        Links = [.. _hops.Links.Take(HostLimits.MetricsLinksMax)
            .Select(link => new LinkStatus(link.NodeId, link.Reachable, (long)CellsOfHop(link.Hop)))],
        Xdp = _xdp?.Describe(),
        WorkerAllocatedBytes = _workers.Sum(worker => worker.AllocatedBytes),
        WorkerCellsSinceWarmUp = _workers.Sum(worker => worker.CellsSinceWarmUp),
        Workers = [.. _workers.Select(WorkerStatus.Of)],
    };

    public void Dispose()
    {
        foreach (UdpWorkerThread<NodeRoutes<THomes>> worker in _workers)
            worker.Dispose();
        _plane.Dispose();
        _identity.Dispose();
    }

    private static byte[] Seed() => RandomNumberGenerator.GetBytes(LocalTable.SeedSize);

    private ulong CellsOfHop(int hop)
    {
        ulong sum = _xdp?.HopCells(hop) ?? 0;
        foreach (UdpWorkerThread<NodeRoutes<THomes>> worker in _workers)
            sum += worker.Counters.HopCells(hop);
        return sum;
    }

    private long Sum(Func<ForwardingCounters, ulong> count) =>
        _workers.Sum(worker => (long)count(worker.Counters));
}
