using System.Net;
using System.Net.Sockets;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using FsCheck.Fluent;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Tests.Sockets;

/// <summary>What the Linux sockets do when the kernel takes a part, or nothing, or refuses.</summary>
public sealed class LinuxCellSocketErrorTests : IDisposable
{
    private const int SolSocket = 1;
    private const int SoNoCheck = 11;

    private static readonly UdpEndpoint _first = UdpEndpoint.FromIPv4(0x7F000001, 5001);
    private static readonly UdpEndpoint _second = UdpEndpoint.FromIPv4(0x7F000001, 5002);

    private readonly SocketScript _script = new();
    private readonly CellBatch _batch = SocketBench.Cells(200, seed: 1);
    private CellSocket? _socket;

    public void Dispose()
    {
        _socket?.Dispose();
        _batch.Dispose();
    }

    [SkippableTheory]
    [InlineData(CellSocketKind.LinuxSegmented, 4)]
    [InlineData(CellSocketKind.LinuxBatched, 200)]
    public void What_one_call_leaves_the_next_takes(CellSocketKind kind, int messages)
    {
        CellSocket socket = Open(kind);
        _script.MessagesPerCall = 1;
        SendTally tally = SocketBench.Send(socket, _batch, SocketBench.Numbers(200), _first);
        Assert.Equal(200, tally.Sent);
        Assert.Equal(messages, tally.Messages);
        Assert.Equal(messages, _script.Calls);
        AssertTaken(_first, SocketBench.Numbers(200));
    }

    [SkippableTheory]
    [InlineData(EAGAIN)]
    [InlineData(ENOBUFS)]
    [InlineData(ENOMEM)]
    public void With_a_full_send_buffer_the_newest_are_dropped_and_counted(int error)
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        _script.Verdict = _ => _script.Taken.Count < 2 ? 0 : error;
        SendTally tally = SocketBench.Send(socket, _batch, SocketBench.Numbers(200), _first);
        Assert.Equal(2 * Limits.TrainCellsMax, tally.Sent);
        Assert.Equal(200 - (2 * Limits.TrainCellsMax), tally.QueueFull);
        AssertTaken(_first, SocketBench.Numbers(2 * Limits.TrainCellsMax));
        Assert.True(_script.Calls <= 2, "a full buffer was asked again and again");

        _script.Taken.Clear();
        Assert.Equal(3, SocketBench.Send(socket, _batch, [7, 8, 9], _second).Sent);
        AssertTaken(_second, [7, 8, 9]);
    }

    [SkippableTheory]
    [InlineData(EIO)]
    [InlineData(EINVAL)]
    [InlineData(EMSGSIZE)]
    public void A_destination_whose_path_refuses_trains_gets_single_cells_and_others_keep_theirs(int error)
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        int refused = 0;
        _script.Verdict = message =>
        {
            bool refuses = message.To == _first && message.IsTrain;
            refused += refuses ? 1 : 0;
            return refuses ? error : 0;
        };
        for (int bucket = 0; bucket <= Limits.UnsegmentedBuckets; bucket++)
        {
            _script.Taken.Clear();
            SendTally tally = default;
            socket.Queue(_batch, [0, 1, 5, 3], _first);
            socket.Queue(_batch, [10, 11, 12], _second);
            socket.Flush(ref tally);
            Assert.Equal(7, tally.Sent);
            Assert.Equal(5, tally.Messages);
            AssertTaken(_first, [0, 1, 5, 3]);
            AssertTaken(_second, [10, 11, 12]);
            Assert.True(_script.Taken[^1].IsTrain);
            Assert.Equal(1, refused);
        }

        SocketBench.Send(socket, _batch, [0, 1], _first);
        Assert.Equal(2, refused);
    }

    [SkippableFact]
    public void Cells_sent_singly_for_a_refused_train_are_counted_one_by_one()
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        Queue<int> errors = new([EINVAL, 0, EINTR, 0, EAGAIN, ECONNREFUSED, ECONNREFUSED, EPERM, 0]);
        _script.Verdict = _ => errors.Dequeue();
        SendTally tally = SocketBench.Send(socket, _batch, [0, 1, 2, 3, 4, 5], _first);
        Assert.Equal(3, tally.Sent);
        Assert.Equal(1, tally.QueueFull);
        Assert.Equal(1, tally.Refused);
        Assert.Equal(1, tally.Failed);
        AssertTaken(_first, [0, 1, 5]);
    }

    [SkippableTheory]
    [InlineData(ECONNREFUSED)]
    [InlineData(EINTR)]
    public void An_interruption_or_the_error_of_an_earlier_cell_costs_nothing(int error)
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        int tries = 0;
        _script.Verdict = _ => tries++ % 2 == 0 ? error : 0;
        SendTally tally = SocketBench.Send(socket, _batch, SocketBench.Numbers(200), _first);
        Assert.Equal(200, tally.Sent);
        AssertTaken(_first, SocketBench.Numbers(200));
    }

    [SkippableTheory]
    [InlineData(EPERM, false)]
    [InlineData(EACCES, false)]
    [InlineData(EINVAL, false)]
    [InlineData(ECONNREFUSED, true)]
    [InlineData(ENETUNREACH, true)]
    [InlineData(EHOSTUNREACH, true)]
    [InlineData(EHOSTDOWN, true)]
    public void A_destination_the_kernel_refuses_costs_only_its_own_cells(int error, bool isRefusal)
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        _script.Verdict = message => message.To == _first ? error : 0;
        SendTally tally = default;
        socket.Queue(_batch, [0], _first);
        socket.Queue(_batch, [1, 2], _second);
        socket.Queue(_batch, [3], _first);
        socket.Queue(_batch, [4], _second);
        socket.Flush(ref tally);
        Assert.Equal(3, tally.Sent);
        Assert.Equal(isRefusal ? 2 : 0, tally.Refused);
        Assert.Equal(isRefusal ? 0 : 2, tally.Failed);
        AssertTaken(_second, [1, 2, 4]);
    }

    [SkippableFact]
    public void Whatever_the_kernel_answers_every_cell_is_counted_once_and_none_is_sent_twice() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), CountsEveryCell, cases: 2_000);

    [SkippableTheory]
    [InlineData(EAGAIN, 0)]
    [InlineData(EINTR, 0)]
    [InlineData(ECONNREFUSED, 1)]
    [InlineData(ENOMEM, 1)]
    public void A_receive_that_fails_is_counted_unless_there_was_nothing(int error, ulong counted)
    {
        CellSocket socket = Open(CellSocketKind.LinuxSegmented);
        using CellBatch batch = socket.CreateBatch();
        _script.ReceiveResult = -error;
        Assert.False(socket.Receive(batch));
        Assert.Equal(counted, socket.ReceiveErrors);
        Assert.Equal(0, batch.Count + batch.UsedSlots + batch.WrongSizeDatagrams);
    }

    [SkippableFact]
    public void When_the_kernel_itself_refuses_trains_every_cell_still_arrives()
    {
        SocketBench.SkipUnless(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        using CellSocket sender = SocketBench.Open(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        using CellSocket receiver = SocketBench.Open(CellSocketKind.LinuxSegmented, IPAddress.Loopback);

        // Without checksums there is no segmentation: EINVAL.
        sender.Inner.SetRawSocketOption(SolSocket, SoNoCheck, BitConverter.GetBytes(1));
        SendTally tally = SocketBench.Send(sender, _batch, SocketBench.Numbers(60), receiver.LocalEndpoint);
        Assert.Equal(60, tally.Sent);
        Assert.Equal(60, tally.Messages);
        SocketBench.Receive(receiver, 60).AssertAre(_batch, SocketBench.Numbers(60), sender.LocalEndpoint);
    }

    private static bool CountsEveryCell(int seed)
    {
        using LinuxCellSocketErrorTests bench = new();
        Random random = new(seed);
        CellSocketKind kind = random.Next(4) == 0
            ? CellSocketKind.LinuxBatched
            : CellSocketKind.LinuxSegmented;
        CellSocket socket = bench.Open(kind);
        int[] errors = [EAGAIN, EINTR, EIO, EINVAL, EMSGSIZE, ECONNREFUSED, EPERM, ENOBUFS, ENETUNREACH];
        bench._script.MessagesPerCall = random.Next(1, 6);
        bench._script.Verdict = _ => random.Next(3) == 0 ? errors[random.Next(errors.Length)] : 0;
        int next = 0;
        Dictionary<UdpEndpoint, List<int>> queued = new() { [_first] = [], [_second] = [] };
        while (next < 100)
        {
            UdpEndpoint to = random.Next(2) == 0 ? _first : _second;
            int[] cells = [.. Enumerable.Range(next, random.Next(1, 70))];
            socket.Queue(bench._batch, cells, to);
            queued[to].AddRange(cells);
            next += cells.Length;
        }

        SendTally tally = default;
        socket.Flush(ref tally);
        Assert.Equal(next, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
        Assert.Equal(tally.Sent, bench._script.Taken.Sum(message => message.Cells.Length));
        Assert.Equal(tally.Messages, bench._script.Taken.Count);
        foreach ((UdpEndpoint to, List<int> cells) in queued)
            AssertIsPartInOrder(bench, to, cells);
        return true;
    }

    /// <summary>What was taken for a destination was queued for it, in that order.</summary>
    private static void AssertIsPartInOrder(LinuxCellSocketErrorTests bench, UdpEndpoint to, List<int> cells)
    {
        int place = 0;
        IEnumerable<ScriptedMessage> messages = bench._script.Taken.Where(message => message.To == to);
        foreach (byte[] cell in messages.SelectMany(message => message.Cells))
        {
            while (place < cells.Count && !bench._batch.CellAt(cells[place]).SequenceEqual(cell))
                place++;
            Assert.True(place++ < cells.Count, "a cell was sent twice, out of order or to another");
        }
    }

    private CellSocket Open(CellSocketKind kind)
    {
        SocketBench.SkipUnless(kind, IPAddress.Loopback);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return _socket = new LinuxCellSocket<ScriptedCalls>(socket, new ScriptedCalls(_script), kind);
    }

    private void AssertTaken(UdpEndpoint to, ReadOnlySpan<int> cells)
    {
        byte[][] taken = [.. _script.Taken.Where(message => message.To == to).SelectMany(m => m.Cells)];
        Assert.Equal(cells.Length, taken.Length);
        for (int index = 0; index < cells.Length; index++)
            Assert.True(_batch.CellAt(cells[index]).SequenceEqual(taken[index]));
    }
}
