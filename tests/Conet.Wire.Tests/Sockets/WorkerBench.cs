using System.Diagnostics;
using System.Net;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Conet.Wire.Tests.Forwarding;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// A worker with its sockets on loopback. The next hop of a destination is its last byte, 0xff is none.
/// </summary>
internal sealed class WorkerBench : IDisposable
{
    public const int Hops = 8;
    public const int Handles = 8;
    public const int SelfHop = 7;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly UdpWorkerOptions _options;

    public WorkerBench(
        CellSocketKind kind,
        uint node = 1,
        bool developmentChain = true,
        int burst = 1_000,
        int controlCells = 256,
        int outgoingCells = 64)
    {
        SocketBench.SkipUnless(kind, IPAddress.Loopback);
        OwnAddress = Worlds.OwnAddress(node);
        ControlQueue = new CellQueue(controlCells);
        _options = new UdpWorkerOptions
        {
            ClientSocket = SocketBench.Open(kind, IPAddress.Loopback),
            NodeSocket = SocketBench.Open(kind, IPAddress.Loopback),
            OwnAddress = OwnAddress,
            Locals = new LocalTable(Handles, Worlds.Seed(1)),
            LocalEndpoints = new EndpointTable(Handles, developmentChain: true),
            HopEndpoints = new EndpointTable(Hops, developmentChain: true),
            ControlQueue = ControlQueue,
            ControlGate = new ControlGate(1, burst, 16, Worlds.Seed(2)),
            DevelopmentChain = developmentChain,
            SelfHop = SelfHop,
            OutgoingQueueCells = outgoingCells,
        };
        Worker = new UdpWorker<LastByteRoutes>(_options);
    }

    public UdpWorker<LastByteRoutes> Worker { get; }

    public ForwardingCounters Counters => Worker.Counters;

    public CellQueue ControlQueue { get; }

    public byte[] OwnAddress { get; }

    public UdpEndpoint ClientPort => _options.ClientSocket.LocalEndpoint;

    public UdpEndpoint NodePort => _options.NodeSocket.LocalEndpoint;

    public CellSocket NodeSocket => _options.NodeSocket;

    /// <summary>A cell that the route table has at that hop.</summary>
    public static byte[] CellVia(byte hop, int seed)
    {
        byte[] cell = SocketBench.RandomCell(seed);
        cell[19] = hop;
        return cell;
    }

    public static byte[] CellTo(byte[] address, int seed)
    {
        byte[] cell = SocketBench.RandomCell(seed);
        address.CopyTo(cell, 0);
        return cell;
    }

    public void SetHop(int hop, UdpEndpoint endpoint) =>
        Assert.True(_options.HopEndpoints.TrySet(hop, endpoint));

    public void Attach(byte[] address, int handle, UdpEndpoint? endpoint)
    {
        Assert.True(_options.Locals.TrySet(address, handle));
        if (endpoint is UdpEndpoint at)
            Assert.True(_options.LocalEndpoints.TrySet(handle, at));
    }

    /// <summary>Turns until something holds.</summary>
    public void RunUntil(Func<bool> holds)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!holds())
        {
            Worker.RunOnce(default, 1, nowMs: 1_000);
            Assert.True(waited.Elapsed < _patience, "the worker did not get there");
        }
    }

    /// <summary>Turns until that many cells came in at both ports together, and all are dealt with.</summary>
    public void RunUntilReceived(int cells) => RunUntil(
        () => Counters.Received(CellRole.ClientPort) + Counters.Received(CellRole.NodePort) >= (ulong)cells);

    /// <summary>Turns until nothing is left to do.</summary>
    public void RunDry()
    {
        int idle = 0;
        while (idle < 3)
            idle = Worker.RunOnce(default, 5, nowMs: 1_000) == 0 ? idle + 1 : 0;
    }

    public void Dispose()
    {
        Worker.Dispose();
        _options.ClientSocket.Dispose();
        _options.NodeSocket.Dispose();
    }
}
