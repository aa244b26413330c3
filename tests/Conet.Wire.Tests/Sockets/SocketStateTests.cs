using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// Every kind of socket when destinations are many, full, gone or back, when threads change, and when it is
/// closed at a bad moment.
/// </summary>
public sealed class SocketStateTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public static TheoryData<CellSocketKind> Kinds => SocketBench.Kinds;

    public static TheoryData<CellSocketKind, string> Places => SocketMixTests.Places;

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public void A_full_batch_to_many_destinations_reaches_each_whole(CellSocketKind kind, string address)
    {
        const int Destinations = 64;
        using CellSocket sender = Open(kind, address);
        using CellBatch cells = SocketBench.Cells(Limits.PlainDatagramsMax, seed: 1);
        CellSocket[] receivers = [.. Enumerable.Range(0, Destinations).Select(_ => Open(kind, address))];
        List<int>[] queued = [.. receivers.Select(_ => new List<int>())];
        Random random = new(2);
        for (int left = Limits.BatchCellsMax; left > 0;)
        {
            int to = random.Next(Destinations);
            int[] some = [.. Enumerable.Range(0, Math.Min(left, random.Next(1, 40)))
                .Select(_ => random.Next(cells.Count))];
            sender.Queue(cells, some, receivers[to].LocalEndpoint);
            queued[to].AddRange(some);
            left -= some.Length;
        }

        SendTally tally = default;
        sender.Flush(ref tally);
        Assert.Equal(Limits.BatchCellsMax, tally.Sent);
        for (int to = 0; to < Destinations; to++)
        {
            SocketBench.Received received = SocketBench.Receive(receivers[to], queued[to].Count);
            received.AssertAre(cells, [.. queued[to]], sender.LocalEndpoint);
            receivers[to].Dispose();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_socket_of_both_families_hears_and_answers_both(CellSocketKind kind)
    {
        SocketBench.SkipUnless(kind, IPAddress.IPv6Any);
        using CellSocket both = SocketBench.Open(kind, IPAddress.IPv6Any);
        using CellBatch cells = SocketBench.Cells(40, seed: 3);
        int[] numbers = SocketBench.Numbers(40);
        foreach (string address in (string[])["127.0.0.1", "::1"])
        {
            using CellSocket one = Open(kind, address);
            UdpEndpoint to = UdpEndpoint.From(IPAddress.Parse(address), both.LocalEndpoint.Port);
            Assert.Equal(40, SocketBench.Send(one, cells, numbers, to).Sent);
            SocketBench.Receive(both, 40).AssertAre(cells, numbers, one.LocalEndpoint);
            Assert.Equal(40, SocketBench.Send(both, cells, numbers, one.LocalEndpoint).Sent);
            SocketBench.Receive(one, 40).AssertAre(cells, numbers, to);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public void A_next_hop_that_vanishes_and_comes_back_is_served_again(CellSocketKind kind, string address)
    {
        using CellSocket sender = Open(kind, address);
        using CellBatch cells = SocketBench.Cells(30, seed: 4);
        using CellBatch spare = sender.CreateBatch();
        int[] numbers = SocketBench.Numbers(30);
        CellSocket hop = Open(kind, address);
        IPEndPoint at = hop.LocalEndpoint.ToIPEndPoint();
        UdpEndpoint to = hop.LocalEndpoint;
        for (int round = 0; round < 5; round++)
        {
            Assert.Equal(30, SocketBench.Send(sender, cells, numbers, to).Sent);
            SocketBench.Receive(hop, 30).AssertAre(cells, numbers, sender.LocalEndpoint);
            hop.Dispose();
            SendTally tally = SocketBench.Send(sender, cells, numbers, to);
            Assert.Equal(30, tally.Sent + tally.Refused);
            Assert.False(sender.Receive(spare));

            // The port is free as soon as the socket is disposed.
            hop = CellSocket.Open(new CellSocketOptions { Local = at, Kind = kind });
        }

        hop.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public void Small_buffers_drop_the_newest_and_what_comes_is_whole_and_in_order(
        CellSocketKind kind, string address)
    {
        SocketBench.SkipUnless(kind, IPAddress.Parse(address));
        CellSocketOptions small = new()
        {
            Local = new IPEndPoint(IPAddress.Parse(address), 0), Kind = kind, BufferBytes = 1,
        };
        using CellSocket sender = CellSocket.Open(small);
        using CellSocket receiver = CellSocket.Open(small);
        using CellSocket large = Open(kind, address);
        using CellBatch cells = SocketBench.Cells(200, seed: 5);
        int[] numbers = SocketBench.Numbers(200);
        for (int round = 0; round < 10; round++)
        {
            SendTally tally = SocketBench.Send(sender, cells, numbers, receiver.LocalEndpoint);
            Assert.Equal(200, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
            AssertIsPart(SocketBench.Receive(receiver, 0), cells, tally.Sent);
            tally = SocketBench.Send(sender, cells, numbers, large.LocalEndpoint);
            Assert.Equal(200, tally.Sent + tally.QueueFull);
            SocketBench.Received whole = SocketBench.Receive(large, tally.Sent);
            Assert.Equal(tally.Sent, whole.Cells.Count);
            AssertIsPart(whole, cells, tally.Sent);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Another_thread_may_take_a_socket_over_and_nothing_is_lost(CellSocketKind kind)
    {
        using CellSocket sender = Open(kind, "127.0.0.1");
        using CellSocket receiver = Open(kind, "127.0.0.1");
        using CellBatch cells = SocketBench.Cells(100, seed: 6);
        int[] numbers = SocketBench.Numbers(100);
        for (int round = 0; round < 4; round++)
        {
            Assert.Equal(100, SocketBench.Send(sender, cells, numbers, receiver.LocalEndpoint).Sent);
            SocketBench.OnAnotherThread(() =>
            {
                SocketBench.Receive(receiver, 100).AssertAre(cells, numbers, sender.LocalEndpoint);
                Assert.Equal(100, SocketBench.Send(sender, cells, numbers, receiver.LocalEndpoint).Sent);
            });
            SocketBench.Receive(receiver, 100).AssertAre(cells, numbers, sender.LocalEndpoint);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void What_a_small_batch_leaves_is_shown_by_the_next_wait(CellSocketKind kind)
    {
        using CellSocket sender = Open(kind, "127.0.0.1");
        using CellSocket receiver = Open(kind, "127.0.0.1");
        using CellPoller poller = CellPoller.Create(sender, receiver);
        using CellBatch cells = SocketBench.Cells(5, seed: 7);
        using CellBatch one = new(1, Limits.TrainBufferBytes);
        for (int cell = 0; cell < 5; cell++)
            SocketBench.Send(sender, cells, [cell], receiver.LocalEndpoint);
        for (int cell = 0; cell < 5; cell++)
        {
            Assert.Equal(2u, poller.Wait(1_000));
            Assert.True(receiver.Receive(one));
            Assert.True(one.CellAt(0).SequenceEqual(cells.CellAt(cell)));
        }

        Assert.Equal(0u, poller.Wait(0));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_socket_can_be_closed_in_any_state_and_by_any_thread(CellSocketKind kind)
    {
        using CellBatch cells = SocketBench.Cells(60, seed: 8);
        int[] numbers = SocketBench.Numbers(60);
        for (int state = 0; state < 12; state++)
        {
            CellSocket socket = Open(kind, "127.0.0.1");
            CellBatch batch = socket.CreateBatch();
            IPEndPoint at = socket.LocalEndpoint.ToIPEndPoint();
            if (state % 2 != 0)
                socket.Receive(batch);
            SocketBench.Send(socket, cells, numbers, socket.LocalEndpoint);
            if (state % 3 == 1)
                SpinWait.SpinUntil(() => socket.Receive(batch), _patience);
            if (state % 3 != 0)
                socket.Queue(cells, numbers, socket.LocalEndpoint);
            int[] received = SocketBench.Numbers(batch.Count);
            byte[][] before = [.. received.Select(cell => batch.CellAt(cell).ToArray())];
            if (state < 6)
                socket.Dispose();
            else
                SocketBench.OnAnotherThread(socket.Dispose);
            for (int cell = 0; cell < before.Length; cell++)
                Assert.True(batch.CellAt(cell).SequenceEqual(before[cell]), "a cell changed after the end");
            batch.Dispose();
            Assert.Throws<ObjectDisposedException>(() => socket.Receive(cells));
            using Socket next = new(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            next.Bind(at);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Batches_of_one_socket_keep_their_cells_apart(CellSocketKind kind)
    {
        using CellSocket socket = Open(kind, "127.0.0.1");
        using CellBatch cells = SocketBench.Cells(9, seed: 9);
        using CellBatch first = socket.CreateBatch();
        using CellBatch second = socket.CreateBatch();
        for (int round = 0; round < 5; round++)
        {
            // More than a socket has buffers come past the one that the first batch holds.
            ReceiveInto(first, round);
            for (int other = 0; other < 2 * Limits.ReceiveDatagramsMax; other++)
                ReceiveInto(second, (round + 1 + other) % 9);
            Assert.True(first.CellAt(0).SequenceEqual(cells.CellAt(round)), "a held cell was written over");
        }

        first.Clear();
        Assert.True(first.TryAdd(out Span<byte> own));
        own.Clear();
        SocketBench.Send(socket, first, [0], socket.LocalEndpoint);
        ReceiveInto(second, 0, expected: first);

        void ReceiveInto(CellBatch batch, int cell, CellBatch? expected = null)
        {
            if (expected == null)
                SocketBench.Send(socket, cells, [cell], socket.LocalEndpoint);
            Assert.True(SpinWait.SpinUntil(() => socket.Receive(batch), _patience), "nothing came");
            Assert.Equal(1, batch.Count);
            Assert.True(batch.CellAt(0).SequenceEqual((expected ?? cells).CellAt(cell)));
        }
    }

    [Fact]
    public void The_best_kind_that_works_is_chosen_and_one_that_does_not_is_an_error()
    {
        CellSocketKind[] order =
        [
            CellSocketKind.LinuxSegmented, CellSocketKind.LinuxSendSegmented, CellSocketKind.LinuxBatched,
            CellSocketKind.Portable,
        ];
        using CellSocket chosen = SocketBench.Open(CellSocketKind.Auto, IPAddress.Loopback);
        Assert.Equal(order.First(CellSocket.IsSupported), chosen.Kind);
        foreach (CellSocketKind kind in Enum.GetValues<CellSocketKind>())
        {
            if (CellSocket.IsSupported(kind))
                SocketBench.Open(kind, IPAddress.Loopback).Dispose();
            else
                Assert.Throws<CellSocketException>(() => SocketBench.Open(kind, IPAddress.Loopback));
        }

        Assert.Throws<CellSocketException>(() => SocketBench.Open((CellSocketKind)99, IPAddress.Loopback));
    }

    /// <summary>What came is of what was sent, each cell once at most and in order.</summary>
    private static void AssertIsPart(SocketBench.Received received, CellBatch cells, int countMax)
    {
        Assert.InRange(received.Cells.Count, 0, countMax);
        Assert.Equal(0, received.WrongSize);
        int place = 0;
        foreach (byte[] cell in received.Cells)
        {
            while (place < cells.Count && !cells.CellAt(place).SequenceEqual(cell))
                place++;
            Assert.True(place++ < cells.Count, "a cell came twice, out of order or changed");
        }
    }

    private static CellSocket Open(CellSocketKind kind, string address)
    {
        SocketBench.SkipUnless(kind, IPAddress.Parse(address));
        return SocketBench.Open(kind, IPAddress.Parse(address));
    }
}
