using System.Diagnostics;
using System.Net;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// One node in one process: sockets, workers, control, tables, HTTP. <see cref="RunAsync"/> runs it
/// until it is cancelled, once. A chain provider that is absent, lies or dies never stops it: the
/// last table keeps serving.
/// </summary>
/// <typeparam name="THomes">The routing table; a struct.</typeparam>
public sealed class NodeRuntime<THomes>
    where THomes : struct, IHomeLookup
{
    private readonly NodeRuntimeOptions _options;
    private readonly INodeTables<THomes> _tables;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception> _fault = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _beganAt = Stopwatch.GetTimestamp();
    private IReadOnlyList<CellSocketPair> _sockets = [];
    private volatile NodeEngine<THomes>? _engine;
    private XdpForwarder? _xdp;
    private volatile bool _isStopping;

    /// <summary>Makes a node that does nothing yet.</summary>
    /// <param name="options">Its keys pass to the runtime.</param>
    /// <param name="tables">Stays the caller's.</param>
    public NodeRuntime(NodeRuntimeOptions options, INodeTables<THomes> tables)
    {
        _options = options;
        _tables = tables;
    }

    /// <summary>Completes when cells are being forwarded; fails if the node could not start.</summary>
    public Task Started => _started.Task;

    /// <summary>The bound client port, once <see cref="Started"/>.</summary>
    public UdpEndpoint ClientEndpoint { get; private set; }

    /// <summary>The bound node port, once <see cref="Started"/>.</summary>
    public UdpEndpoint NodeEndpoint { get; private set; }

    /// <summary>The bound HTTP port, or 0.</summary>
    public int HttpPort { get; private set; }

    /// <summary>
    /// Binds, serves, forwards, and returns when cancelled, all threads ended and nothing sent any more.
    /// </summary>
    /// <exception cref="CellSocketException">A UDP port can't be bound.</exception>
    /// <exception cref="XdpException">The XDP program was asked for and cannot be attached.</exception>
    /// <exception cref="IOException">The HTTP port can't be bound.</exception>
    /// <exception cref="NodeFaultException">A thread failed: a mistake of the program itself.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation);
        StatusServer? server = null;
        Task tables = Task.CompletedTask;
        try
        {
            OpenSockets();
            _xdp = OpenXdp();
            if (_options.HttpPort is int port)
            {
                server = await StatusServer.StartAsync(port, Status, stopping.Token).ConfigureAwait(false);
                HttpPort = server.Port;
            }

            tables = Task.Run(() => _tables.RunAsync(stopping.Token), CancellationToken.None);
            await WorkAsync(tables, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _started.TrySetCanceled(cancellation);
        }
        catch (Exception fault)
        {
            _started.TrySetException(fault);
            throw;
        }
        finally
        {
            await EndAsync(stopping, server, tables).ConfigureAwait(false);
        }
    }

    /// <summary>The node's numbers now. Any thread.</summary>
    public NodeStatus Status()
    {
        TableStatus mirror = _tables.Status;
        NodeStatus status = new()
        {
            NodeId = _options.NodeId.Value,
            UptimeSeconds = Stopwatch.GetElapsedTime(_beganAt).TotalSeconds,
            Mirror = mirror,
            NotReady = WhyNotReady(mirror),
            Buckets = _tables.BucketCounts,
            Collections =
                [.. Enumerable.Range(0, 3).Select(g => new NamedCount($"gen{g}", GC.CollectionCount(g)))],
        };
        return _engine?.Describe(status) ?? status;
    }

    private string WhyNotReady(TableStatus mirror)
    {
        if (_isStopping)
            return "stopping";
        if (!mirror.Loaded)
            return "the routing table is not loaded yet; is a chain provider reachable?";
        if (_engine is not NodeEngine<THomes> engine)
            return "no active or draining record in the node registry has this node's signer";
        if (mirror.StalenessSeconds is not double age)
            return "no chain provider has confirmed the routing table since the start";
        if (age > _options.Limits.MirrorStaleSeconds)
        {
            return $"the routing table is {age:0} s old; "
                + $"at most {_options.Limits.MirrorStaleSeconds} s are allowed";
        }

        NodePeer? record = _tables.Nodes.FirstOrDefault(peer => peer.Id == engine.Id);
        if (record is null)
            return $"node {engine.Id.Value} has no active or draining record in the node registry";
        if (record.Signer != _options.Signer.Address)
            return $"the record of node {engine.Id.Value} names another signer";
        return record.SealKey.Span.SequenceEqual(_options.SealKey.PublicKey)
            ? string.Empty
            : $"the record of node {engine.Id.Value} names another seal key";
    }

    private void OpenSockets()
    {
        _sockets = CellSocketPair.Open(
            _options.Client, _options.Node, _options.Workers, _options.SocketKind);
        ClientEndpoint = _sockets[0].Client.LocalEndpoint;
        NodeEndpoint = _sockets[0].Node.LocalEndpoint;
    }

    private XdpForwarder? OpenXdp() => _options.XdpInterfaces.Count == 0
        ? null
        : XdpForwarder.Open(new XdpOptions
        {
            Interfaces = _options.XdpInterfaces,
            Client = ClientEndpoint,
            NodePort = NodeEndpoint.Port,
            RoutesMax = Wire.Limits.XdpRoutesMax + _options.Limits.LocalAddressees,
            HopsMax = HostLimits.NodesMax,
        });

    private async Task WorkAsync(Task tables, CancellationToken cancellation)
    {
        NodeId id = await FindSelfAsync(tables, cancellation).ConfigureAwait(false);
        NodeIdentity identity = new(id, _options.Network, _options.Signer, _options.SealKey);
        NodeEngine<THomes> engine = new(
            identity, _options, _tables, _sockets, _xdp, fault => _fault.TrySetResult(fault));
        _engine = engine;
        engine.Start();
        _started.TrySetResult();
        Task ended = Task.Delay(Timeout.Infinite, cancellation);
        Task first = await Task.WhenAny(ended, _fault.Task, tables).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        throw first == _fault.Task
            ? new NodeFaultException(await _fault.Task.ConfigureAwait(false))
            : new NodeFaultException(tables.Exception?.GetBaseException());
    }

    private async Task<NodeId> FindSelfAsync(Task tables, CancellationToken cancellation)
    {
        while (_options.NodeId.Value == 0)
        {
            NodePeer? self = _tables.Nodes.FirstOrDefault(peer => peer.Signer == _options.Signer.Address);
            if (self is not null)
                return self.Id;
            if (tables.IsFaulted)
                throw new NodeFaultException(tables.Exception?.GetBaseException());
            await Task.Delay(HostLimits.ControlTickMilliseconds, cancellation).ConfigureAwait(false);
        }

        return _options.NodeId;
    }

    private async Task EndAsync(CancellationTokenSource stopping, StatusServer? server, Task tables)
    {
        _isStopping = true;
        bool ended = _engine?.Stop() ?? true;
        await stopping.CancelAsync().ConfigureAwait(false);

        // Whatever the tables say while they are being ended, the reason for ending is already known.
        await Task.WhenAny(tables, Task.Delay(HostLimits.SaveMilliseconds, CancellationToken.None))
            .ConfigureAwait(false);
        if (server is not null)
            await server.DisposeAsync().ConfigureAwait(false);

        // A thread that hangs still uses its buffers and keys: better to leave them
        // than to free them under it.
        if (!ended)
            return;
        _xdp?.Dispose();
        if (_engine is NodeEngine<THomes> engine)
        {
            engine.Dispose();
        }
        else
        {
            _options.Signer.Dispose();
            _options.SealKey.Dispose();
        }

        foreach (CellSocketPair pair in _sockets)
            pair.Dispose();
    }
}

/// <summary>
/// A thread of the node failed. The inner exception says where; it is a mistake of the program.
/// </summary>
public sealed class NodeFaultException(Exception? fault)
    : Exception($"a part of the node failed: {fault?.GetType().Name ?? "it ended"}: {fault?.Message}", fault);
