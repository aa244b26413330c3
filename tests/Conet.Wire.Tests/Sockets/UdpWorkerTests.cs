using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Conet.Wire.Tests.Forwarding;

namespace Conet.Wire.Tests.Sockets;

public sealed class UdpWorkerTests : IDisposable
{
    private const CellSocketKind Any = CellSocketKind.Auto;

    private readonly Socket _peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public UdpWorkerTests()
    {
        _peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _peer.ReceiveTimeout = 20_000;
    }

    public static TheoryData<CellSocketKind> Kinds => SocketBench.Kinds;

    private UdpEndpoint PeerEndpoint => UdpEndpoint.From((IPEndPoint)_peer.LocalEndPoint!);

    public void Dispose() => _peer.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_client_s_cell_goes_to_the_next_hop_from_the_node_port(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind);
        bench.SetHop(2, PeerEndpoint);
        byte[][] cells = [.. Enumerable.Range(0, 20).Select(seed => WorkerBench.CellVia(2, seed))];
        SendAll(bench.ClientPort, cells);
        bench.RunUntilReceived(20);
        Assert.Equal(20UL, bench.Counters.Forwarded);
        Assert.Equal(20UL, bench.Counters.HopCells(2));
        foreach (byte[] cell in cells)
            Assert.Equal((bench.NodePort, true), Receive(cell));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_cell_for_somebody_attached_is_delivered_from_the_client_port_whatever_port_it_came_in_at(
        CellSocketKind kind)
    {
        using WorkerBench bench = new(kind);
        byte[] address = Worlds.Address(1);
        bench.Attach(address, 3, PeerEndpoint);
        byte[] first = WorkerBench.CellTo(address, 1);
        byte[] second = WorkerBench.CellTo(address, 2);
        SendAll(bench.ClientPort, first);
        bench.RunUntilReceived(1);
        SendAll(bench.NodePort, second);
        bench.RunUntilReceived(2);
        Assert.Equal((bench.ClientPort, true), Receive(first));
        Assert.Equal((bench.ClientPort, true), Receive(second));
        Assert.Equal(2UL, bench.Counters.Delivered);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_cell_from_the_node_port_is_never_forwarded(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind);
        for (int hop = 0; hop < WorkerBench.Hops; hop++)
            bench.SetHop(hop, PeerEndpoint);
        SendAll(bench.NodePort, [.. Enumerable.Range(0, 256).Select(n => WorkerBench.CellVia((byte)n, n))]);
        bench.RunUntilReceived(256);
        bench.RunDry();
        Assert.Equal(0UL, bench.Counters.Forwarded);
        Assert.Equal(255UL, bench.Counters.Dropped(DropReason.CrossedRoute));
        Assert.Equal(1UL, bench.Counters.Dropped(DropReason.AddresseeAbsent));
        Assert.Equal(0, _peer.Available);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Control_is_queued_with_its_source_and_port_and_held_to_its_rate(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind, burst: 3);
        byte[] first = WorkerBench.CellTo(bench.OwnAddress, 1);
        byte[] second = WorkerBench.CellTo(bench.OwnAddress, 2);
        SendAll(bench.ClientPort, first);
        bench.RunUntilReceived(1);
        SendAll(bench.NodePort, second, second, second, second);
        bench.RunUntilReceived(5);
        AssertControl(bench, first, CellRole.ClientPort);
        AssertControl(bench, second, CellRole.NodePort);
        AssertControl(bench, second, CellRole.NodePort);
        Assert.Equal(0, bench.ControlQueue.Count);
        Assert.Equal(3UL, bench.Counters.Control);
        Assert.Equal(2UL, bench.Counters.Dropped(DropReason.ControlRateLimited));
    }

    [SkippableFact]
    public void Control_beyond_the_queue_is_dropped_and_forwarding_goes_on()
    {
        using WorkerBench bench = new(Any, controlCells: 2);
        bench.SetHop(2, PeerEndpoint);
        byte[] control = WorkerBench.CellTo(bench.OwnAddress, 1);
        byte[] cell = WorkerBench.CellVia(2, 2);
        SendAll(bench.ClientPort, control, control, control, control, control, cell);
        bench.RunUntilReceived(6);
        Assert.Equal(2UL, bench.Counters.Control);
        Assert.Equal(3UL, bench.Counters.Dropped(DropReason.ControlQueueFull));
        Assert.Equal((bench.NodePort, true), Receive(cell));
    }

    [SkippableFact]
    public void What_cannot_be_sent_on_is_dropped_for_its_reason()
    {
        using WorkerBench bench = new(Any);
        byte[] address = Worlds.Address(1);
        bench.Attach(address, 3, endpoint: null);
        SendAll(
            bench.ClientPort,
            WorkerBench.CellTo(address, 1),
            WorkerBench.CellVia(2, 2),
            WorkerBench.CellVia(WorkerBench.SelfHop, 3),
            WorkerBench.CellVia(0xFF, 4),
            new byte[CellLayout.Size - 1],
            new byte[2 * CellLayout.Size]);
        bench.RunUntil(() => bench.Counters.DroppedInAll() == 6);
        Assert.Equal(1UL, bench.Counters.Dropped(DropReason.EndpointGone));
        Assert.Equal(1UL, bench.Counters.Dropped(DropReason.NextHopUnreachable));
        Assert.Equal(1UL, bench.Counters.Dropped(DropReason.NextHopIsSelf));
        Assert.Equal(1UL, bench.Counters.Dropped(DropReason.UnknownDestination));
        Assert.Equal(2UL, bench.Counters.Dropped(DropReason.WrongSize));
        Assert.Equal(4UL, bench.Counters.Received(CellRole.ClientPort));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Every_received_cell_ends_in_exactly_one_counter(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind, burst: 20, controlCells: 16);
        for (int hop = 0; hop < WorkerBench.Hops - 2; hop++)
            bench.SetHop(hop, PeerEndpoint);
        byte[] attached = Worlds.Address(1);
        byte[] leaving = Worlds.Address(2);
        bench.Attach(attached, 0, PeerEndpoint);
        bench.Attach(leaving, 1, endpoint: null);
        Random random = new(1);
        for (int round = 1; round <= 40; round++)
        {
            for (int cell = 0; cell < 16; cell++)
            {
                byte[] bytes = random.Next(5) switch
                {
                    0 => WorkerBench.CellTo(bench.OwnAddress, cell),
                    1 => WorkerBench.CellTo(attached, cell),
                    2 => WorkerBench.CellTo(leaving, cell),
                    _ => WorkerBench.CellVia((byte)random.Next(12), cell),
                };
                SendAll(random.Next(2) == 0 ? bench.ClientPort : bench.NodePort, bytes);
            }

            bench.RunUntilReceived(16 * round);
        }

        ForwardingCounters counters = bench.Counters;
        Assert.True(counters.Forwarded > 0 && counters.Delivered > 0 && counters.Control > 0);
        Assert.Equal(
            640UL, counters.Forwarded + counters.Delivered + counters.Control + counters.DroppedInAll());
        Assert.Equal(
            640UL, counters.Received(CellRole.ClientPort) + counters.Received(CellRole.NodePort));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Two_nodes_whose_tables_name_each_other_forward_a_cell_once(CellSocketKind kind)
    {
        using WorkerBench first = new(kind, node: 1);
        using WorkerBench second = new(kind, node: 2);
        for (int hop = 0; hop < WorkerBench.SelfHop; hop++)
        {
            first.SetHop(hop, second.NodePort);
            second.SetHop(hop, first.NodePort);
        }

        byte[][] cells = [.. Enumerable.Range(0, 30).Select(n => WorkerBench.CellVia((byte)(n % 5), n))];
        SendAll(first.ClientPort, cells);
        first.RunUntilReceived(30);
        second.RunUntilReceived(30);
        for (int round = 0; round < 3; round++)
        {
            first.RunDry();
            second.RunDry();
        }

        Assert.Equal(30UL, first.Counters.Forwarded);
        Assert.Equal(0UL, second.Counters.Forwarded);
        Assert.Equal(30UL, second.Counters.Dropped(DropReason.CrossedRoute));
        Assert.Equal(0UL, first.Counters.Received(CellRole.NodePort));
        Assert.Equal(30UL, first.Counters.Received(CellRole.ClientPort));
    }

    [SkippableFact]
    public void The_port_a_cell_came_in_at_decides_and_not_where_it_came_from()
    {
        using WorkerBench bench = new(Any);
        using WorkerBench other = new(Any, node: 2);
        bench.SetHop(2, PeerEndpoint);
        bench.SetHop(3, other.NodePort);
        using CellBatch batch = new(2, CellLayout.Size);
        byte[] cell = WorkerBench.CellVia(2, 1);
        Assert.True(batch.TryAdd(out Span<byte> bytes));
        cell.CopyTo(bytes);
        SocketBench.Send(other.NodeSocket, batch, [0], bench.ClientPort);
        bench.RunUntilReceived(1);
        Assert.Equal((bench.NodePort, true), Receive(cell));

        SocketBench.Send(other.NodeSocket, batch, [0], bench.NodePort);
        SendAll(bench.NodePort, cell);
        bench.RunUntilReceived(3);
        Assert.Equal(2UL, bench.Counters.Dropped(DropReason.CrossedRoute));
        Assert.Equal(1UL, bench.Counters.Forwarded);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void The_node_s_own_cells_leave_from_the_port_they_are_meant_to(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind);
        byte[] first = SocketBench.RandomCell(1);
        byte[] second = SocketBench.RandomCell(2);
        byte[] third = SocketBench.RandomCell(3);
        Assert.True(bench.Worker.TrySend(first, PeerEndpoint, CellRole.ClientPort));
        bench.RunUntil(() => bench.Counters.Originated == 1);
        Assert.True(bench.Worker.TrySend(second, PeerEndpoint, CellRole.NodePort));
        bench.RunUntil(() => bench.Counters.Originated == 2);
        Assert.True(bench.Worker.TrySend(third, PeerEndpoint, CellRole.ClientPort));
        bench.RunUntil(() => bench.Counters.Originated == 3);
        Assert.Equal((bench.ClientPort, true), Receive(first));
        Assert.Equal((bench.NodePort, true), Receive(second));
        Assert.Equal((bench.ClientPort, true), Receive(third));
        Assert.Throws<ArgumentException>(
            () => bench.Worker.TrySend(new byte[CellLayout.Size - 1], PeerEndpoint, CellRole.ClientPort));
    }

    [SkippableTheory]
    [InlineData("127.0.0.1:9")]
    [InlineData("10.0.0.1:9")]
    [InlineData("224.0.0.1:9")]
    [InlineData("[::1]:9")]
    [InlineData("[fe80::1]:9")]
    public void Off_a_development_chain_the_node_sends_to_no_forbidden_endpoint(string text)
    {
        Assert.True(UdpEndpoint.TryParse(text, out UdpEndpoint forbidden));
        using WorkerBench bench = new(Any, developmentChain: false);
        byte[] cell = SocketBench.RandomCell(1);
        Assert.False(bench.Worker.TrySend(cell, forbidden, CellRole.NodePort));
        Assert.False(bench.Worker.TrySend(cell, default, CellRole.ClientPort));
        bench.RunDry();
        Assert.Equal(2UL, bench.Counters.Dropped(DropReason.ForbiddenEndpoint));
        Assert.Equal(0UL, bench.Counters.Originated);
    }

    [SkippableFact]
    public void Own_cells_beyond_the_queue_are_refused_and_counted_and_a_turn_sends_a_bounded_part()
    {
        using WorkerBench bench = new(Any, outgoingCells: 128);
        byte[] cell = SocketBench.RandomCell(1);
        for (int sent = 0; sent < 128; sent++)
            Assert.True(bench.Worker.TrySend(cell, PeerEndpoint, CellRole.NodePort));
        Assert.False(bench.Worker.TrySend(cell, PeerEndpoint, CellRole.NodePort));
        Assert.False(bench.Worker.TrySend(cell, PeerEndpoint, CellRole.NodePort));
        Assert.Equal(Limits.OutgoingCellsPerTurn, bench.Worker.RunOnce(default, 1_000, 0));
        Assert.Equal(2UL, bench.Counters.Dropped(DropReason.OutgoingQueueFull));
        Assert.True(bench.Worker.TrySend(cell, PeerEndpoint, CellRole.NodePort));
        bench.RunDry();
        Assert.Equal(129UL, bench.Counters.Originated);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_worker_that_waits_is_woken_by_an_own_cell(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind);
        using CancellationTokenSource stop = new();
        Thread thread = new(() =>
        {
            while (!stop.IsCancellationRequested)
                bench.Worker.RunOnce(default, Limits.WaitMillisecondsMax, 0);
        });
        thread.Start();
        byte[] cell = SocketBench.RandomCell(1);
        const int Rounds = 50;
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        for (int round = 0; round < Rounds; round++)
        {
            Assert.True(bench.Worker.TrySend(cell, PeerEndpoint, CellRole.ClientPort));
            Assert.Equal((bench.ClientPort, true), Receive(cell));
        }

        stop.Cancel();
        bench.Worker.Wake();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        int waited = Rounds * Limits.WaitMillisecondsMax / 2;
        Assert.True(watch.ElapsedMilliseconds < waited, "cells waited for the end of the worker's wait");
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_turn_allocates_nothing(CellSocketKind kind)
    {
        using WorkerBench bench = new(kind, burst: 10);
        bench.SetHop(2, PeerEndpoint);
        byte[] attached = Worlds.Address(1);
        bench.Attach(attached, 3, PeerEndpoint);
        byte[][] cells =
        [
            WorkerBench.CellVia(2, 1),
            WorkerBench.CellTo(attached, 2),
            WorkerBench.CellTo(bench.OwnAddress, 3),
            WorkerBench.CellVia(0xFF, 4),
            WorkerBench.CellVia(4, 5),
            new byte[7],
        ];
        byte[] discarded = new byte[CellLayout.Size];
        long nowMs = 0;
        Action turns = () =>
        {
            bench.Worker.TrySend(cells[0], PeerEndpoint, CellRole.ClientPort);
            for (int turn = 0; turn < 3; turn++)
                bench.Worker.RunOnce(default, 1, nowMs++);
        };
        Allocation.AssertStops(() =>
        {
            SendAll(bench.ClientPort, cells);
            SendAll(bench.NodePort, cells);
            long allocated = Allocation.Of(turns);
            while (_peer.Available > 0)
                _peer.Receive(discarded);
            return allocated;
        });
        Assert.True(bench.Counters.Forwarded > 100 && bench.Counters.Delivered > 200);
    }

    private void SendAll(UdpEndpoint to, params byte[][] cells)
    {
        foreach (byte[] cell in cells)
            _peer.SendTo(cell, to.ToIPEndPoint());
    }

    /// <summary>Where the next datagram came from, and whether it is that cell.</summary>
    private (UdpEndpoint Source, bool IsSame) Receive(byte[] cell)
    {
        byte[] bytes = new byte[2_000];
        EndPoint source = new IPEndPoint(IPAddress.Any, 0);
        int length = _peer.ReceiveFrom(bytes, ref source);
        return (UdpEndpoint.From((IPEndPoint)source), bytes.AsSpan(0, length).SequenceEqual(cell));
    }

    private void AssertControl(WorkerBench bench, byte[] cell, CellRole role)
    {
        byte[] bytes = new byte[CellLayout.Size];
        Assert.True(bench.ControlQueue.TryDequeue(bytes, out UdpEndpoint source, out CellRole found));
        Assert.Equal(cell, bytes);
        Assert.Equal(PeerEndpoint, source);
        Assert.Equal(role, found);
    }
}
