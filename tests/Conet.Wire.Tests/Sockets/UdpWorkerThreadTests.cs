using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Conet.Wire.Tests.Forwarding;

namespace Conet.Wire.Tests.Sockets;

public sealed class UdpWorkerThreadTests
{
    private const int Hops = 3;
    private const int Sources = 40;
    private const int Rounds = 15;

    public static TheoryData<CellSocketKind, int> Kinds
    {
        get
        {
            TheoryData<CellSocketKind, int> rows = [];
            foreach (CellSocketKind kind in Enum.GetValues<CellSocketKind>())
            {
                rows.Add(kind, 2);
                rows.Add(kind, 4);
            }

            return rows;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Workers_that_share_ports_forward_every_cell_once_to_its_hop(CellSocketKind kind, int workers)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ports are shared between workers on Linux");
        Skip.IfNot(CellSocket.IsSupported(kind), $"sockets of kind {kind} do not work on this system");
        using Crew<LastByteRoutes> crew = new(kind, workers, default);
        Socket[] sources = [.. Enumerable.Range(0, Sources).Select(_ => Open())];
        Random random = new(workers);
        int dropped = 0;
        for (int round = 0; round < Rounds; round++)
        {
            List<string>[] expected = [.. Enumerable.Range(0, Hops).Select(_ => new List<string>())];
            foreach (Socket source in sources)
            {
                // One hop more than there are: nobody is there.
                int hop = random.Next(Hops + 1);
                byte[] cell = WorkerBench.CellVia((byte)hop, random.Next());
                source.SendTo(cell, crew.ClientPort);
                if (hop < Hops)
                    expected[hop].Add(Convert.ToHexString(cell));
                else
                    dropped++;
            }

            for (int hop = 0; hop < Hops; hop++)
                Assert.Equal(expected[hop].Order(), crew.ReceiveAt(hop, expected[hop].Count).Order());
        }

        crew.Stop();
        Assert.True(crew.Threads.Count(thread => thread.Counters.Forwarded > 0) > 1, "one did it all");
        Assert.Equal((Sources * Rounds) - dropped, crew.Sum(counters => counters.Forwarded));
        Assert.Equal(Sources * Rounds, crew.Sum(counters => counters.Received(CellRole.ClientPort)));
        Assert.Equal(dropped, crew.Sum(counters => counters.Dropped(DropReason.NextHopUnreachable)));
        Assert.Equal(dropped, crew.Sum(counters => counters.DroppedInAll()));
        foreach (Socket source in sources)
            source.Dispose();
    }

    [SkippableFact]
    public void A_thread_tells_its_core_and_what_it_took_from_the_heap()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are bound on Linux");
        using Crew<LastByteRoutes> crew = new(CellSocketKind.Auto, 1, default);
        using Socket source = Open();
        for (int count = 0; count < 4 * Limits.WarmUpTurns; count++)
        {
            source.SendTo(WorkerBench.CellVia(1, count), crew.ClientPort);
            crew.ReceiveAt(1, 1);
        }

        UdpWorkerThread<LastByteRoutes> thread = crew.Threads[0];
        crew.Stop();
        Assert.Equal(WorkerCores.Allowed[0], thread.Core);
        Assert.InRange(thread.CellsSinceWarmUp, Limits.WarmUpTurns, 4 * Limits.WarmUpTurns);
        Assert.Equal(0, thread.AllocatedBytes);
    }

    [SkippableFact]
    public void A_table_that_throws_ends_its_thread_and_is_reported()
    {
        using Crew<BrokenRoutes> crew = new(CellSocketKind.Auto, 1, default);
        using Socket source = Open();
        source.SendTo(WorkerBench.CellVia(1, 1), crew.ClientPort);
        Assert.True(crew.Faults.TryTake(out Exception? fault, millisecondsTimeout: 20_000));
        Assert.IsType<InvalidDataException>(fault);
    }

    [SkippableFact]
    public void A_port_that_somebody_has_is_one_clear_error_and_leaves_no_socket_open()
    {
        using Socket taken = Open();
        IPEndPoint free = new(IPAddress.Loopback, FreePort()), node = (IPEndPoint)taken.LocalEndPoint!;
        CellSocketException error = Assert.Throws<CellSocketException>(() => CellSocketPair.Open(free, node));
        Assert.Contains($"{node}", error.Message);
        using Socket again = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(free);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Limits.WorkersMax + 1)]
    public void Pairs_are_bounded(int workers)
    {
        IPEndPoint any = new(IPAddress.Loopback, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => CellSocketPair.Open(any, any, workers));
    }

    private static int FreePort()
    {
        using Socket probe = Open();
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static Socket Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 20_000,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private readonly struct BrokenRoutes : IRouteLookup
    {
        public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops) =>
            throw new InvalidDataException("broken");
    }

    /// <summary>Threads that share two ports, and plain sockets as their next hops.</summary>
    private sealed class Crew<TRoutes> : IDisposable
        where TRoutes : struct, IRouteLookup
    {
        private readonly IReadOnlyList<CellSocketPair> _sockets;
        private readonly Socket[] _hops = [.. Enumerable.Range(0, Hops).Select(_ => Open())];

        public Crew(CellSocketKind kind, int workers, TRoutes routes)
        {
            IPEndPoint any = new(IPAddress.Loopback, 0);
            _sockets = CellSocketPair.Open(any, any, workers, kind);
            EndpointTable hops = new(WorkerBench.Hops, developmentChain: true);
            for (int hop = 0; hop < Hops; hop++)
                Assert.True(hops.TrySet(hop, UdpEndpoint.From((IPEndPoint)_hops[hop].LocalEndPoint!)));
            LocalTable locals = new(1, Worlds.Seed(1));
            EndpointTable clients = new(1, developmentChain: true);
            CellQueue control = new(16);
            Threads = [.. _sockets.Select((pair, number) => new UdpWorkerThread<TRoutes>(
                number,
                new UdpWorkerOptions
                {
                    ClientSocket = pair.Client,
                    NodeSocket = pair.Node,
                    OwnAddress = Worlds.OwnAddress(1),
                    Locals = locals,
                    LocalEndpoints = clients,
                    HopEndpoints = hops,
                    ControlQueue = control,
                    ControlGate = new ControlGate(Worlds.Seed(2)),
                    DevelopmentChain = true,
                },
                routes,
                WorkerCores.Of(number, workers),
                Faults.Add))];
            foreach (UdpWorkerThread<TRoutes> thread in Threads)
                thread.Start();
        }

        public IReadOnlyList<UdpWorkerThread<TRoutes>> Threads { get; }

        public BlockingCollection<Exception> Faults { get; } = new(16);

        public IPEndPoint ClientPort => _sockets[0].Client.LocalEndpoint.ToIPEndPoint();

        public long Sum(Func<ForwardingCounters, ulong> count) =>
            Threads.Sum(thread => (long)count(thread.Counters));

        public List<string> ReceiveAt(int hop, int cells)
        {
            byte[] buffer = new byte[CellLayout.Size + 1];
            List<string> got = [];
            while (got.Count < cells)
                got.Add(Convert.ToHexString(buffer, 0, _hops[hop].Receive(buffer)));
            Assert.Equal(0, _hops[hop].Available);
            return got;
        }

        public void Stop() => Assert.All(Threads, thread => Assert.True(thread.Stop()));

        public void Dispose()
        {
            Stop();
            foreach (UdpWorkerThread<TRoutes> thread in Threads)
                thread.Dispose();
            foreach (CellSocketPair pair in _sockets)
                pair.Dispose();
            foreach (Socket hop in _hops)
                hop.Dispose();
            Faults.Dispose();
        }
    }
}
