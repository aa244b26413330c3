using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// One worker of a forwarding node: a socket at each port, a forwarder, counters. Its thread calls <see
/// cref="RunOnce"/> in a loop; nothing is allocated after construction and nothing is logged. Work of one
/// turn is bounded: a batch from each socket and some cells of the node's own.
/// </summary>
/// <remarks>
/// <code>
///   client socket ->|            |-> next hops        by the node socket
///                   | Forwarder  |-> attached clients by the client socket
///   node socket   ->|            |-> control queue    (copied; rate per source prefix)
/// </code>
/// A batch is flushed before the next is received, so batching adds no wait, and its buffer is free by then.
/// </remarks>
/// <typeparam name="TRoutes">The route table; a struct.</typeparam>
public sealed class UdpWorker<TRoutes> : IDisposable
    where TRoutes : struct, IRouteLookup
{
    private const uint ClientBit = 1;
    private const uint NodeBit = 2;

    private readonly UdpWorkerOptions _options;
    private readonly Forwarder<TRoutes> _forwarder;
    private readonly CellPoller _poller;
    private readonly CellBatch _clientBatch;
    private readonly CellBatch _nodeBatch;
    private readonly CellBatch _outgoingBatch;
    private readonly CellQueue _outgoing;
    private int _outgoingFull;
    private int _outgoingForbidden;
    private bool _isBusy;
    private int _isWaiting;

    /// <summary>Takes all the memory the worker will use.</summary>
    /// <param name="options">What it works with; the sockets stay the caller's to dispose.</param>
    public UdpWorker(UdpWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _clientBatch = options.ClientSocket.CreateBatch();
        _nodeBatch = options.NodeSocket.CreateBatch();
        _outgoingBatch = new CellBatch(Limits.OutgoingCellsPerTurn, CellLayout.Size);
        _outgoing = new CellQueue(options.OutgoingQueueCells);
        _poller = CellPoller.Create(options.ClientSocket, options.NodeSocket);
        Counters = new ForwardingCounters(options.HopEndpoints.Capacity);
        _forwarder = new Forwarder<TRoutes>(
            new ForwarderOptions
            {
                OwnAddress = options.OwnAddress,
                HopsMax = options.HopEndpoints.Capacity,
                HandlesMax = options.LocalEndpoints.Capacity,
                CellsMax = Math.Max(_clientBatch.CellsMax, _nodeBatch.CellsMax),
                SelfHop = options.SelfHop,
            },
            options.Locals,
            Counters);
    }

    /// <summary>What this worker did; any thread may read.</summary>
    public ForwardingCounters Counters { get; }

    /// <summary>
    /// One turn: waits, unless the last one left something behind; receives, forwards, sends.
    /// </summary>
    /// <param name="routes">The table to use in this turn.</param>
    /// <param name="timeoutMs">Longest wait, 0 to <see cref="Limits.WaitMillisecondsMax"/>.</param>
    /// <param name="nowMs">Milliseconds of a clock that does not go back.</param>
    /// <returns>Cells handled, those dropped and the node's own among them.</returns>
    public int RunOnce(in TRoutes routes, int timeoutMs, long nowMs)
    {
        // What filled a batch has more: a poll would be one more call for that answer. What did not is empty,
        // and so is asked again only when a poll says so.
        uint ready = _isBusy ? ClientBit | NodeBit : Wait(timeoutMs);
        _isBusy = false;
        int handled = 0;
        if ((ready & ClientBit) != 0)
            handled += Take(routes, _options.ClientSocket, _clientBatch, CellRole.ClientPort, nowMs);
        if ((ready & NodeBit) != 0)
            handled += Take(routes, _options.NodeSocket, _nodeBatch, CellRole.NodePort, nowMs);
        handled += SendOutgoing();
        CountRefusedOutgoing();
        if (handled != 0)
            Counters.CountTurn();
        return handled;
    }

    /// <summary>Ends the wait that is under way, or else the next one. Any thread.</summary>
    public void Wake() => _poller.Wake();

    /// <summary>
    /// Hands a cell of the node's own to the worker; copied. False, and counted at the worker's next turn,
    /// when the queue is full or the endpoint must never be sent to. Any thread.
    /// </summary>
    /// <param name="cell">1160 bytes.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="from">The port it leaves from.</param>
    public bool TrySend(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from)
    {
        if (to.IsForbiddenTarget(_options.DevelopmentChain))
        {
            Interlocked.Increment(ref _outgoingForbidden);
            return false;
        }

        if (!_outgoing.TryEnqueue(cell, to, from))
        {
            Interlocked.Increment(ref _outgoingFull);
            return false;
        }

        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting) != 0)
            _poller.Wake();
        return true;
    }

    /// <summary>
    /// Frees buffers and the poller; the worker's thread must have ended. The sockets stay open.
    /// </summary>
    public void Dispose()
    {
        _poller.Dispose();
        _clientBatch.Dispose();
        _nodeBatch.Dispose();
        _outgoingBatch.Dispose();
    }

    private uint Wait(int timeoutMs)
    {
        Volatile.Write(ref _isWaiting, 1);
        Interlocked.MemoryBarrier();
        uint ready = _poller.Wait(_outgoing.Count == 0 ? timeoutMs : 0);
        Volatile.Write(ref _isWaiting, 0);
        return ready;
    }

    private int Take(in TRoutes routes, CellSocket socket, CellBatch batch, CellRole role, long nowMs)
    {
        if (!socket.Receive(batch))
            return 0;
        _isBusy |= batch.UsedSlots == batch.Slots;
        if (batch.WrongSizeDatagrams != 0)
            Counters.CountDropped(DropReason.WrongSize, batch.WrongSizeDatagrams);
        _forwarder.Forward(routes, batch.Bytes, batch.Offsets, role);
        QueueControl(batch, role, nowMs);
        SendForwards(batch);
        SendDeliveries(batch);
        return batch.Count + batch.WrongSizeDatagrams;
    }

    private void QueueControl(CellBatch batch, CellRole role, long nowMs)
    {
        foreach (int cell in _forwarder.Control)
        {
            UdpEndpoint source = batch.SourceOf(cell);
            if (!_options.ControlGate.TryPass(source, nowMs))
                Counters.CountDropped(DropReason.ControlRateLimited, 1);
            else if (!_options.ControlQueue.TryEnqueue(batch.CellAt(cell), source, role))
                Counters.CountDropped(DropReason.ControlQueueFull, 1);
            else
                Counters.CountControl(1);
        }
    }

    private void SendForwards(CellBatch batch)
    {
        CellBuckets buckets = _forwarder.Forwards;
        if (buckets.Count == 0)
            return;
        for (int bucket = 0; bucket < buckets.Count; bucket++)
        {
            int hop = buckets.KeyOf(bucket);
            ReadOnlySpan<int> cells = buckets.CellsOf(bucket);
            if (!_options.HopEndpoints.TryGet(hop, out UdpEndpoint to))
            {
                Counters.CountDropped(DropReason.NextHopUnreachable, cells.Length);
                continue;
            }

            _options.NodeSocket.Queue(batch, cells, to);
            Counters.CountHop(hop, cells.Length);
        }

        Counters.CountForwarded(Flush(_options.NodeSocket));
    }

    private void SendDeliveries(CellBatch batch)
    {
        CellBuckets buckets = _forwarder.Deliveries;
        if (buckets.Count == 0)
            return;
        for (int bucket = 0; bucket < buckets.Count; bucket++)
        {
            ReadOnlySpan<int> cells = buckets.CellsOf(bucket);
            if (_options.LocalEndpoints.TryGet(buckets.KeyOf(bucket), out UdpEndpoint to))
                _options.ClientSocket.Queue(batch, cells, to);
            else
                Counters.CountDropped(DropReason.EndpointGone, cells.Length);
        }

        Counters.CountDelivered(Flush(_options.ClientSocket));
    }

    private int SendOutgoing()
    {
        _outgoingBatch.Clear();
        bool client = false;
        bool node = false;
        Span<byte> spare = stackalloc byte[CellLayout.Size];
        for (int index = 0; index < Limits.OutgoingCellsPerTurn; index++)
        {
            if (!_outgoing.TryDequeue(spare, out UdpEndpoint to, out CellRole from))
                break;
            _outgoingBatch.TryAdd(out Span<byte> cell);
            spare.CopyTo(cell);
            bool isClient = from == CellRole.ClientPort;
            client |= isClient;
            node |= !isClient;
            CellSocket socket = isClient ? _options.ClientSocket : _options.NodeSocket;
            socket.Queue(_outgoingBatch, [index], to);
        }

        if (client)
            Counters.CountOriginated(Flush(_options.ClientSocket));
        if (node)
            Counters.CountOriginated(Flush(_options.NodeSocket));
        return _outgoingBatch.Count;
    }

    /// <summary>Counters have one writer: what other threads were refused is counted here.</summary>
    private void CountRefusedOutgoing()
    {
        if (Volatile.Read(ref _outgoingFull) != 0)
            Counters.CountDropped(DropReason.OutgoingQueueFull, Interlocked.Exchange(ref _outgoingFull, 0));
        if (Volatile.Read(ref _outgoingForbidden) != 0)
        {
            int forbidden = Interlocked.Exchange(ref _outgoingForbidden, 0);
            Counters.CountDropped(DropReason.ForbiddenEndpoint, forbidden);
        }
    }

    private int Flush(CellSocket socket)
    {
        SendTally tally = default;
        socket.Flush(ref tally);
        if (tally.QueueFull != 0)
            Counters.CountDropped(DropReason.SendQueueFull, tally.QueueFull);
        if (tally.Refused != 0)
            Counters.CountDropped(DropReason.SendRefused, tally.Refused);
        if (tally.Failed != 0)
            Counters.CountDropped(DropReason.SendFailed, tally.Failed);
        return tally.Sent;
    }
}
