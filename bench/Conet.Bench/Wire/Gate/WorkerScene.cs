using System.Diagnostics;
using System.Net;
using Conet.Host.Node;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Bench.Wire.Gate;

/// <summary>
/// A whole worker on real sockets of 127.0.0.1: a sender, the worker's thread, and neighbours that hear its
/// cells. The sender goes on until enough came through, whatever the kernel drops on the way.
/// </summary>
internal sealed class WorkerScene : IDisposable
{
    private const int Hops = 4;
    private const long WarmUpCells = 20_000;
    private const long Cells = 100_000;
    private const int TurnMs = 100;
    private const int SenderSlots = 64;
    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(15);
    private static readonly IPEndPoint _anyPort = new(IPAddress.Loopback, 0);

    private readonly CellSocket _client = Open();
    private readonly CellSocket _node = Open();
    private readonly CellSocket _sender = Open();
    private readonly CellSocket[] _neighbours = [.. Enumerable.Range(0, Hops).Select(_ => Open())];
    private readonly CellBatch _sending = new(SenderSlots, CellLayout.Size);
    private readonly CellBatch _hearing;
    private readonly UdpWorker<NodeRoutes<TableHomes>> _worker;
    private readonly NodeRoutes<TableHomes> _routes;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private long _bytesBefore = -1;
    private ulong _cellsBefore;
    private long _bytes;
    private ulong _cells;

    public WorkerScene()
    {
        RouteScene routes = RouteScene.Take();
        _routes = new NodeRoutes<TableHomes>(
            new TableHomes(routes.Table), new HopBoard(ForwardScene.Hops(Hops)));
        byte[] seed = new byte[LocalTable.SeedSize];
        EndpointTable hops = new(Hops, developmentChain: true);
        for (int hop = 0; hop < Hops; hop++)
            hops.TrySet(hop, _neighbours[hop].LocalEndpoint);
        _worker = new UdpWorker<NodeRoutes<TableHomes>>(new UdpWorkerOptions
        {
            ClientSocket = _client,
            NodeSocket = _node,
            OwnAddress = ForwardScene.OwnAddress(),
            Locals = new LocalTable(1, seed),
            LocalEndpoints = new EndpointTable(1, developmentChain: true),
            HopEndpoints = hops,
            ControlQueue = new CellQueue(Limits.ControlQueueCells),
            ControlGate = new ControlGate(seed),
            DevelopmentChain = true,
        });
        _hearing = _neighbours[0].CreateBatch();
        for (int slot = 0; slot < SenderSlots && _sending.TryAdd(out Span<byte> cell); slot++)
            routes.Hits.AsSpan(slot * Address.Size, Address.Size).CopyTo(cell);
        _thread = new Thread(Work) { IsBackground = true, Name = "gate-worker" };
    }

    /// <summary>
    /// What the worker's thread took over 10^5 forwarded cells; null if fewer came through in time.
    /// </summary>
    public AllocationCount? Measure()
    {
        _thread.Start();
        int[] cells = [.. Enumerable.Range(0, SenderSlots)];
        UdpEndpoint to = _client.LocalEndpoint;
        Stopwatch elapsed = Stopwatch.StartNew();
        while (Volatile.Read(ref _cells) < (ulong)Cells && elapsed.Elapsed < _timeLimit && _thread.IsAlive)
        {
            SendTally tally = default;
            _sender.Queue(_sending, cells, to);
            _sender.Flush(ref tally);
            foreach (CellSocket neighbour in _neighbours)
                neighbour.Receive(_hearing);
        }

        _isStopping = true;
        _worker.Wake();
        _thread.Join();
        return _cells < (ulong)Cells ? null : new AllocationCount((long)_cells, _bytes);
    }

    /// <summary>What the worker counted, for the one who asks why.</summary>
    public string Describe() =>
        $"{_worker.Counters.Received(CellRole.ClientPort)} received, {_worker.Counters.Forwarded} forwarded,"
        + $" {_worker.Counters.DroppedInAll()} dropped";

    public void Dispose()
    {
        _worker.Dispose();
        _sending.Dispose();
        _hearing.Dispose();
        foreach (CellSocket socket in (CellSocket[])[_client, _node, _sender, .. _neighbours])
            socket.Dispose();
    }

    private static CellSocket Open() => CellSocket.Open(new CellSocketOptions { Local = _anyPort });

    private void Work()
    {
        while (!_isStopping)
        {
            _worker.RunOnce(_routes, TurnMs, Environment.TickCount64);
            ulong forwarded = _worker.Counters.Forwarded;
            if (_bytesBefore < 0 && forwarded >= (ulong)WarmUpCells)
            {
                _cellsBefore = forwarded;
                _bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (_bytesBefore >= 0)
            {
                _bytes = GC.GetAllocatedBytesForCurrentThread() - _bytesBefore;
                Volatile.Write(ref _cells, forwarded - _cellsBefore);
            }
        }
    }
}
