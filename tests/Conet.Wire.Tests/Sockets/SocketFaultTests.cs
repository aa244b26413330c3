using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using FsCheck.Fluent;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// Real sockets with faults in their way: every cell is counted once, arrives once at most and only where it
/// was sent, and without faults everything arrives again.
/// </summary>
public sealed class SocketFaultTests
{
    private const int Receivers = 3;
    private const int Rounds = 12;
    private const int Cases = 60;
    private const int TriesMax = 5_000;

    public static TheoryData<CellSocketKind> Kinds =>
    [
        CellSocketKind.LinuxSegmented, CellSocketKind.LinuxSendSegmented, CellSocketKind.LinuxBatched,
        CellSocketKind.LinuxRing,
    ];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Whatever_fails_no_cell_is_lost_count_of_sent_twice_or_to_another(CellSocketKind kind)
    {
        // The ring of this test is its own, so that only trains are needed of the system.
        CellSocketKind needed = kind == CellSocketKind.LinuxRing ? CellSocketKind.LinuxSegmented : kind;
        SocketBench.SkipUnless(needed, IPAddress.Loopback);
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), seed => Survives(kind, seed), Cases);
    }

    [SkippableTheory]
    [InlineData("setup", EPERM)]
    [InlineData("setup", ENOSYS)]
    [InlineData("setup", ENOMEM)]
    [InlineData("map", ENOMEM)]
    [InlineData("register 2", EINVAL)]
    [InlineData("register 22", ENOMEM)]
    public void A_ring_that_cannot_be_made_is_an_error_of_one_line(string step, int error)
    {
        SocketBench.SkipUnless(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        FaultyRing ring = new(new FaultPlan(1)) { Refusal = call => call == step ? error : 0 };
        using Socket socket = Bound();
        CellSocketException failure = Assert.Throws<CellSocketException>(
            () => new LinuxRingSocket<FaultyRingCalls>(socket, new FaultyRingCalls(ring)));
        Assert.Equal($"cannot make an io_uring: error {error}", failure.Message);
    }

    [SkippableFact]
    public void A_ring_that_cannot_be_made_anew_counts_and_comes_back_when_it_can()
    {
        SocketBench.SkipUnless(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        FaultyRing ring = new(new FaultPlan(1) { IsOn = false });
        using LinuxRingSocket<FaultyRingCalls> socket = new(Bound(), new FaultyRingCalls(ring));
        using CellBatch cells = SocketBench.Cells(4, seed: 1);
        using CellBatch received = socket.CreateBatch();
        UdpEndpoint self = socket.LocalEndpoint;
        Assert.Equal(4, SocketBench.Send(socket, cells, [0, 1, 2, 3], self).Sent);
        ring.Refusal = call => call == "setup" ? ENOMEM : 0;
        SocketBench.OnAnotherThread(() =>
        {
            Assert.Equal(2, SocketBench.Send(socket, cells, [0, 1], self).Failed);
            Assert.False(socket.Receive(received));
            Assert.True(socket.ReceiveErrors > 0);
            ring.Refusal = _ => 0;
            Assert.Equal(2, SocketBench.Send(socket, cells, [2, 3], self).Sent);
            SocketBench.Receive(socket, 6).AssertAre(cells, [0, 1, 2, 3, 2, 3], self);
        });
        Assert.Equal(2, ring.Made);
    }

    [SkippableFact]
    public void A_ring_that_never_ends_a_send_is_given_up_and_replaced()
    {
        SocketBench.SkipUnless(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        FaultyRing ring = new(new FaultPlan(1) { IsOn = false }) { IsStuck = true };
        using LinuxRingSocket<FaultyRingCalls> socket = new(Bound(), new FaultyRingCalls(ring));
        using CellBatch cells = SocketBench.Cells(4, seed: 1);
        Assert.Equal(4, SocketBench.Send(socket, cells, [0, 1, 2, 3], socket.LocalEndpoint).Failed);
        ring.IsStuck = false;
        Assert.Equal(2, SocketBench.Send(socket, cells, [0, 3], socket.LocalEndpoint).Sent);
        SocketBench.Receive(socket, 2).AssertAre(cells, [0, 3], socket.LocalEndpoint);
        Assert.Equal(2, ring.Made);
    }

    [SkippableTheory]
    [InlineData(ENOBUFS, 0)]
    [InlineData(ECANCELED, 0)]
    [InlineData(ECONNREFUSED, 1)]
    [InlineData(ENOMEM, 1)]
    public void A_ring_s_receive_that_ends_begins_again_and_an_error_is_counted(int error, ulong counted)
    {
        SocketBench.SkipUnless(CellSocketKind.LinuxSegmented, IPAddress.Loopback);
        FaultyRing ring = new(new FaultPlan(1) { IsOn = false });
        using LinuxRingSocket<FaultyRingCalls> socket = new(Bound(), new FaultyRingCalls(ring));
        using CellBatch cells = SocketBench.Cells(2, seed: 1);
        using CellBatch received = socket.CreateBatch();
        Assert.False(socket.Receive(received));
        ring.ReceiveEnd = error;
        Assert.False(socket.Receive(received));
        Assert.Equal(counted, socket.ReceiveErrors);
        SocketBench.Send(socket, cells, [0, 1], socket.LocalEndpoint);
        SocketBench.Receive(socket, 2).AssertAre(cells, [0, 1], socket.LocalEndpoint);
        Assert.Equal(counted, socket.ReceiveErrors);
    }

    private static bool Survives(CellSocketKind kind, int seed)
    {
        FaultPlan plan = new(seed);
        Random random = new(seed);
        using CellSocket sender = Open(kind, plan);
        CellSocket[] receivers = [.. Enumerable.Range(0, Receivers).Select(_ => Open(kind, plan))];
        List<int>[] queued = [.. receivers.Select(_ => new List<int>())];
        List<int>[] came = [.. receivers.Select(_ => new List<int>())];
        using CellBatch cells = new(Limits.PlainDatagramsMax, CellLayout.Size);
        int sent = 0;
        int next = 0;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                sent += SendRandomly(random, sender, receivers, cells, queued, ref next).Sent;
                Drain(receivers, came, () => false, triesMax: 40);
            }

            Drain(receivers, came, () => came.Sum(list => list.Count) + plan.SpoiltCells >= sent);
            Assert.True(plan.Faults > Rounds, "hardly a fault was injected");
            Assert.Equal(sent, came.Sum(list => list.Count) + plan.SpoiltCells);
            plan.IsOn = false;
            SendTally tally = SendRandomly(random, sender, receivers, cells, queued, ref next);
            Assert.Equal(0, tally.QueueFull + tally.Refused + tally.Failed);
            sent += tally.Sent;
            Drain(receivers, came, () => came.Sum(list => list.Count) + plan.SpoiltCells >= sent);
            Assert.Equal(sent, came.Sum(list => list.Count) + plan.SpoiltCells);
            for (int receiver = 0; receiver < Receivers; receiver++)
            {
                Assert.Equal(came[receiver].Count, came[receiver].Distinct().Count());
                Assert.Subset(queued[receiver].ToHashSet(), came[receiver].ToHashSet());
            }
        }
        finally
        {
            foreach (CellSocket receiver in receivers)
                receiver.Dispose();
        }

        return true;
    }

    /// <summary>Sends numbered cells, checked as a whole, and returns what became of them.</summary>
    private static SendTally SendRandomly(
        Random random,
        CellSocket sender,
        CellSocket[] receivers,
        CellBatch cells,
        List<int>[] queued,
        ref int next)
    {
        cells.Clear();
        int count = 0;
        SendTally tally = default;
        while (count < 100)
        {
            int receiver = random.Next(Receivers);
            int[] numbers = SocketBench.Numbers(random.Next(1, 60));
            for (int index = 0; index < numbers.Length; index++)
            {
                numbers[index] = count++;
                cells.TryAdd(out Span<byte> cell);
                Number(cell, next);
                queued[receiver].Add(next++);
            }

            sender.Queue(cells, numbers, receivers[receiver].LocalEndpoint);
        }

        sender.Flush(ref tally);
        Assert.Equal(count, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
        return tally;
    }

    /// <summary>Fills a cell so that a change of any byte shows.</summary>
    private static void Number(Span<byte> cell, int number)
    {
        new Random(number).NextBytes(cell);
        BinaryPrimitives.WriteInt32LittleEndian(cell, number);
    }

    /// <summary>Receives in turn, until it is done or has tried often enough.</summary>
    private static void Drain(
        CellSocket[] receivers, List<int>[] came, Func<bool> isDone, int triesMax = TriesMax)
    {
        byte[] expected = new byte[CellLayout.Size];
        using CellBatch strange = new(Limits.ReceiveDatagramsMax, Limits.TrainBufferBytes);
        CellBatch[] batches = [.. receivers.Select(socket => socket.CreateBatch())];
        for (int turn = 0; turn < triesMax && !isDone(); turn++)
        {
            for (int receiver = 0; receiver < receivers.Length; receiver++)
            {
                // At times into a batch that is no socket's own.
                CellBatch batch = turn % 5 == 0 ? strange : batches[receiver];
                receivers[receiver].Receive(batch);
                for (int cell = 0; cell < batch.Count; cell++)
                {
                    int number = BinaryPrimitives.ReadInt32LittleEndian(batch.CellAt(cell));
                    Number(expected, number);
                    Assert.True(batch.CellAt(cell).SequenceEqual(expected), "a cell has changed");
                    came[receiver].Add(number);
                }
            }
        }

        foreach (CellBatch batch in batches)
            batch.Dispose();
    }

    private static CellSocket Open(CellSocketKind kind, FaultPlan plan) => kind == CellSocketKind.LinuxRing
        ? new LinuxRingSocket<FaultyRingCalls>(Bound(), new FaultyRingCalls(new FaultyRing(plan)))
        : new LinuxCellSocket<FaultyCalls>(Bound(), new FaultyCalls(plan), kind);

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        SocketTuning.GrowBuffers(socket, Limits.SocketBufferBytes);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
