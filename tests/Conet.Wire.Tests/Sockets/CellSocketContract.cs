using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// What every kind of socket keeps to, over IPv4 and IPv6 loopback. One class below per kind and family.
/// </summary>
public abstract class CellSocketContract(CellSocketKind kind, string loopback)
{
    private const int SolUdp = 17;
    private const int UdpSegment = 103;

    private readonly IPAddress _loopback = IPAddress.Parse(loopback);

    [SkippableFact]
    public void Trains_of_1_to_200_cells_arrive_whole_and_in_order()
    {
        using CellSocket sender = Open();
        using CellSocket first = Open();
        using CellSocket second = Open();
        using CellBatch batch = SocketBench.Cells(200, seed: 1);
        int room = Math.Min(SocketBench.RoomOf(first), SocketBench.RoomOf(second));
        Skip.If(room < 200, $"this system gives a socket room for {room} cells only");
        int[] numbers = SocketBench.Numbers(200);
        for (int count = 1; count <= 200; count += count < 120 ? 1 : 8)
        {
            ReadOnlySpan<int> toFirst = numbers.AsSpan(0, count);
            ReadOnlySpan<int> toSecond = numbers.AsSpan(200 - (count / 2));
            SendTally tally = default;
            sender.Queue(batch, toFirst, first.LocalEndpoint);
            sender.Queue(batch, toSecond, second.LocalEndpoint);
            sender.Flush(ref tally);
            Assert.Equal(toFirst.Length + toSecond.Length, tally.Sent);
            Assert.Equal(0, tally.QueueFull + tally.Refused + tally.Failed);
            SocketBench.Receive(first, toFirst.Length).AssertAre(batch, toFirst, sender.LocalEndpoint);
            SocketBench.Receive(second, toSecond.Length).AssertAre(batch, toSecond, sender.LocalEndpoint);
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cells_that_lie_apart_arrive_in_the_order_they_were_named(int seed)
    {
        using CellSocket sender = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(60, seed);
        int[] numbers = SocketBench.Numbers(60);
        new Random(seed).Shuffle(numbers);
        Assert.Equal(60, SocketBench.Send(sender, batch, numbers, receiver.LocalEndpoint).Sent);
        SocketBench.Receive(receiver, 60).AssertAre(batch, numbers, sender.LocalEndpoint);
    }

    [SkippableFact]
    public void What_was_received_can_be_sent_on_without_a_copy()
    {
        using CellSocket sender = Open();
        using CellSocket middle = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(40, seed: 4);
        using CellBatch between = middle.CreateBatch();
        int[] numbers = SocketBench.Numbers(40);
        SocketBench.Send(sender, batch, numbers, middle.LocalEndpoint);
        SpinWait.SpinUntil(() => middle.Inner.Available > 0, TimeSpan.FromSeconds(10));
        int forwarded = 0;
        while (forwarded < 40 && middle.Receive(between))
        {
            int[] all = SocketBench.Numbers(between.Count);
            forwarded += SocketBench.Send(middle, between, all, receiver.LocalEndpoint).Sent;
        }

        SocketBench.Receive(receiver, 40).AssertAre(batch, numbers, middle.LocalEndpoint);
    }

    [SkippableFact]
    public void A_cell_may_go_to_several_destinations()
    {
        using CellSocket sender = Open();
        using CellSocket first = Open();
        using CellSocket second = Open();
        using CellBatch batch = SocketBench.Cells(3, seed: 5);
        SendTally tally = default;
        sender.Queue(batch, [0, 1, 2], first.LocalEndpoint);
        sender.Queue(batch, [2, 0, 0], second.LocalEndpoint);
        sender.Queue(batch, [1], first.LocalEndpoint);
        sender.Flush(ref tally);
        Assert.Equal(7, tally.Sent);
        SocketBench.Receive(first, 4).AssertAre(batch, [0, 1, 2, 1], sender.LocalEndpoint);
        SocketBench.Receive(second, 3).AssertAre(batch, [2, 0, 0], sender.LocalEndpoint);
    }

    [SkippableFact]
    public void Every_queued_cell_is_in_exactly_one_count_also_when_the_queue_overflows_and_is_flushed_early()
    {
        using CellSocket sender = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(200, seed: 6);
        int[] numbers = SocketBench.Numbers(200);
        int queued = 0;
        for (; queued < 2 * Limits.BatchCellsMax; queued += numbers.Length)
            sender.Queue(batch, numbers, receiver.LocalEndpoint);
        SendTally tally = default;
        sender.Flush(ref tally);
        Assert.Equal(queued, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
        Assert.True(tally.Sent > 0);
        sender.Flush(ref tally);
        Assert.Equal(queued, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(1_159)]
    [InlineData(1_161)]
    [InlineData(1_280)]
    [InlineData(2_320)]
    [InlineData(11_600)]
    [InlineData(65_507)]
    public void A_datagram_of_another_size_is_one_wrong_datagram_and_never_cells(int size)
    {
        using CellSocket receiver = Open();
        using Socket raw = OpenRaw();
        EndPoint to = receiver.LocalEndpoint.ToIPEndPoint();
        byte[] cell = SocketBench.RandomCell(size);
        raw.SendTo(new byte[size], to);
        raw.SendTo(cell, to);
        raw.SendTo(new byte[size], to);
        SocketBench.Received received = SocketBench.Receive(receiver, 1, 2);
        Assert.Equal(cell, Assert.Single(received.Cells));
        Assert.Equal(2, received.WrongSize);
    }

    [SkippableFact]
    public void Random_datagrams_among_cells_are_counted_and_the_cells_kept()
    {
        using CellSocket receiver = Open();
        using Socket raw = OpenRaw();
        EndPoint to = receiver.LocalEndpoint.ToIPEndPoint();
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            List<byte[]> sent = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Datagram(random))];
            foreach (byte[] datagram in sent)
                raw.SendTo(datagram, to);
            List<byte[]> cells = [.. sent.Where(datagram => datagram.Length == CellLayout.Size)];
            int wrong = sent.Count - cells.Count;
            SocketBench.Received received = SocketBench.Receive(receiver, cells.Count, wrong);
            Assert.Equal(wrong, received.WrongSize);
            Assert.Equal(cells.Count, received.Cells.Count);
            for (int cell = 0; cell < cells.Count; cell++)
                Assert.True(received.Cells[cell].AsSpan().SequenceEqual(cells[cell]));
        }
    }

    [SkippableTheory]
    [InlineData(1_160, (2 * 1_160) + 7, 2, 1)]
    [InlineData(1_160, 3 * 1_160, 3, 0)]
    [InlineData(1_160, 40 * 1_160, 40, 0)]
    [InlineData(1_160, 1_167, 1, 1)]
    [InlineData(1_160, 1_160, 1, 0)]
    [InlineData(1_160, 1_159, 0, 1)]
    [InlineData(580, 2 * 1_160, 0, 4)]
    [InlineData(580, (3 * 580) + 1, 0, 4)]
    [InlineData(1_161, (2 * 1_161) + 1_160, null, null)]
    [InlineData(2_320, 2 * 2_320, 0, 2)]
    public void A_train_of_the_kernel_is_cut_by_its_own_segment_size_only(
        int segmentBytes, int bytes, int? cells, int? wrong)
    {
        using CellSocket receiver = Open();
        using Socket raw = OpenRaw();
        Skip.IfNot(TrySegment(raw, segmentBytes), "this system cannot segment sends");
        byte[] train = new byte[bytes];
        new Random(bytes).NextBytes(train);
        raw.SendTo(train, receiver.LocalEndpoint.ToIPEndPoint());
        if (cells is null || wrong is null)
        {
            // Received whole it is a train of three wrong pieces; received singly its last piece is a cell.
            bool isTrain = kind is CellSocketKind.LinuxSegmented or CellSocketKind.LinuxRing;
            cells = isTrain ? 0 : 1;
            wrong = isTrain ? 3 : 2;
        }

        SocketBench.Received received = SocketBench.Receive(receiver, cells.Value, wrong.Value);
        Assert.Equal(wrong, received.WrongSize);
        Assert.Equal(cells, received.Cells.Count);
        for (int cell = 0; cell < cells && segmentBytes == CellLayout.Size; cell++)
        {
            ReadOnlySpan<byte> piece = train.AsSpan(cell * CellLayout.Size, CellLayout.Size);
            Assert.True(piece.SequenceEqual(received.Cells[cell]));
        }
    }

    [SkippableFact]
    public void A_closed_port_does_not_stop_what_goes_elsewhere()
    {
        using CellSocket sender = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(4, seed: 8);
        CellSocket closed = Open();
        UdpEndpoint nobody = closed.LocalEndpoint;
        closed.Dispose();
        for (int round = 0; round < 20; round++)
        {
            SendTally tally = default;
            sender.Queue(batch, [0, 1], nobody);
            sender.Queue(batch, [2, 3, 0], receiver.LocalEndpoint);
            sender.Queue(batch, [1], nobody);
            sender.Flush(ref tally);
            Assert.Equal(6, tally.Sent + tally.Refused);
            SocketBench.Receive(receiver, 3).AssertAre(batch, [2, 3, 0], sender.LocalEndpoint);
            using CellBatch spare = sender.CreateBatch();
            sender.Receive(spare);
            Assert.Equal(0, spare.Count);
        }
    }

    [SkippableFact]
    public void A_destination_that_cannot_be_sent_to_costs_only_its_own_cells()
    {
        using CellSocket sender = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(5, seed: 9);
        bool ipv6 = _loopback.AddressFamily == AddressFamily.InterNetworkV6;
        UdpEndpoint other = ipv6
            ? UdpEndpoint.FromIPv4(0x7F000001, 9)
            : UdpEndpoint.From(IPAddress.IPv6Loopback, 9);
        SendTally tally = default;
        sender.Queue(batch, [0, 1], receiver.LocalEndpoint);
        sender.Queue(batch, [2, 3], other);
        sender.Queue(batch, [4], receiver.LocalEndpoint);
        sender.Flush(ref tally);
        Assert.Equal(3, tally.Sent);
        Assert.Equal(2, tally.Refused + tally.Failed);
        SocketBench.Receive(receiver, 3).AssertAre(batch, [0, 1, 4], sender.LocalEndpoint);
    }

    [SkippableFact]
    public void An_empty_socket_returns_at_once_and_an_empty_bucket_sends_nothing()
    {
        using CellSocket socket = Open();
        using CellBatch batch = socket.CreateBatch();
        using CellBatch cells = SocketBench.Cells(1, seed: 10);
        Assert.False(socket.Receive(batch));
        Assert.Equal(0, batch.Count);
        SendTally tally = SocketBench.Send(socket, cells, [], socket.LocalEndpoint);
        Assert.Equal(0, tally.Sent + tally.Messages + tally.Failed);
        Assert.False(socket.Receive(batch));
        Assert.Equal(0UL, socket.ReceiveErrors);
        Assert.Equal(kind, socket.Kind);
    }

    [SkippableFact]
    public void Sending_and_receiving_allocate_nothing()
    {
        using CellSocket sender = Open();
        using CellSocket receiver = Open();
        using CellBatch batch = SocketBench.Cells(8, seed: 11);
        using CellBatch received = receiver.CreateBatch();
        int[] numbers = SocketBench.Numbers(8);
        Action turn = () =>
        {
            SocketBench.Send(sender, batch, numbers, receiver.LocalEndpoint);
            receiver.Receive(received);
        };
        Allocation.AssertStops(() => Allocation.Of(turn));
    }

    [SkippableFact]
    public void A_disposed_socket_or_batch_throws_and_touches_no_memory()
    {
        CellSocket socket = Open();
        CellBatch batch = socket.CreateBatch();
        using CellBatch cells = SocketBench.Cells(1, seed: 12);
        UdpEndpoint local = socket.LocalEndpoint;
        socket.Queue(cells, [0], local);
        socket.Dispose();
        socket.Dispose();
        Assert.Throws<ObjectDisposedException>(() => socket.Receive(batch));
        Assert.Throws<ObjectDisposedException>(() => socket.Queue(cells, [0], local));
        Assert.Throws<ObjectDisposedException>(() => Flush(socket));
        using CellSocket open = Open();
        SocketBench.Send(open, cells, [0], open.LocalEndpoint);
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => open.Receive(batch));
    }

    [SkippableFact]
    public void A_port_that_is_taken_is_an_error_of_one_line_that_names_it()
    {
        using CellSocket first = Open();
        IPEndPoint local = first.LocalEndpoint.ToIPEndPoint();
        CellSocketException error = Assert.Throws<CellSocketException>(
            () => CellSocket.Open(new CellSocketOptions { Local = local, Kind = kind }));
        Assert.Contains(local.ToString(), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [SkippableFact]
    public void Sockets_that_share_a_port_share_its_cells()
    {
        SocketBench.SkipUnless(kind, _loopback);
        Skip.If(OperatingSystem.IsWindows(), "Windows cannot share a UDP port between workers");
        CellSocketOptions options = new()
        {
            Local = new IPEndPoint(_loopback, 0), Kind = kind, ReusePort = true,
        };
        using CellSocket first = CellSocket.Open(options);
        using CellSocket second = CellSocket.Open(
            options with { Local = first.LocalEndpoint.ToIPEndPoint() });
        Assert.Equal(first.LocalEndpoint, second.LocalEndpoint);
        using CellBatch batch = SocketBench.Cells(1, seed: 13);
        using CellBatch received = first.CreateBatch();
        int[] seen = new int[2];
        for (int sender = 0; sender < 64; sender++)
        {
            using CellSocket socket = Open();
            SocketBench.Send(socket, batch, [0], first.LocalEndpoint);
            SpinWait.SpinUntil(() => TakeFrom(first, 0) || TakeFrom(second, 1), TimeSpan.FromSeconds(10));
        }

        Assert.Equal(64, seen.Sum());
        Assert.All(seen, count => Assert.True(count > 0, "one of two sockets got nothing"));

        bool TakeFrom(CellSocket socket, int index)
        {
            seen[index] += socket.Receive(received) ? received.Count : 0;
            return received.Count > 0;
        }
    }

    private static void Flush(CellSocket socket)
    {
        SendTally tally = default;
        socket.Flush(ref tally);
    }

    private static byte[] Datagram(Random random)
    {
        int[] edges = [0, 1, 579, 1_159, 1_161, 1_279, 1_281, 2_320];
        int kind = random.Next(4);
        int size = kind switch
        {
            0 => edges[random.Next(edges.Length)],
            1 => random.Next(0, 9_000),
            _ => CellLayout.Size,
        };
        byte[] bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static bool TrySegment(Socket socket, int bytes)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(bytes));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private CellSocket Open()
    {
        SocketBench.SkipUnless(kind, _loopback);
        return SocketBench.Open(kind, _loopback);
    }

    private Socket OpenRaw()
    {
        Socket socket = new(_loopback.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(_loopback, 0));
        return socket;
    }
}

public sealed class SegmentedIPv4SocketTests()
    : CellSocketContract(CellSocketKind.LinuxSegmented, "127.0.0.1");

public sealed class SegmentedIPv6SocketTests()
    : CellSocketContract(CellSocketKind.LinuxSegmented, "::1");

public sealed class SendSegmentedIPv4SocketTests()
    : CellSocketContract(CellSocketKind.LinuxSendSegmented, "127.0.0.1");

public sealed class SendSegmentedIPv6SocketTests()
    : CellSocketContract(CellSocketKind.LinuxSendSegmented, "::1");

public sealed class BatchedIPv4SocketTests()
    : CellSocketContract(CellSocketKind.LinuxBatched, "127.0.0.1");

public sealed class BatchedIPv6SocketTests()
    : CellSocketContract(CellSocketKind.LinuxBatched, "::1");

public sealed class RingIPv4SocketTests()
    : CellSocketContract(CellSocketKind.LinuxRing, "127.0.0.1");

public sealed class RingIPv6SocketTests()
    : CellSocketContract(CellSocketKind.LinuxRing, "::1");

public sealed class PortableIPv4SocketTests()
    : CellSocketContract(CellSocketKind.Portable, "127.0.0.1");

public sealed class PortableIPv6SocketTests()
    : CellSocketContract(CellSocketKind.Portable, "::1");
