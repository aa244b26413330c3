using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>Sockets on loopback, batches of known cells, and patient receives.</summary>
internal static class SocketBench
{
    /// <summary>How long a cell may take on a loaded machine before it counts as lost.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Every kind there is.</summary>
    public static TheoryData<CellSocketKind> Kinds =>
        [.. Enum.GetValues<CellSocketKind>().Where(kind => kind != CellSocketKind.Auto)];

    public static void SkipUnless(CellSocketKind kind, IPAddress loopback)
    {
        Skip.IfNot(CellSocket.IsSupported(kind), $"sockets of kind {kind} do not work on this system");
        Skip.IfNot(CanBind(loopback), $"this system cannot bind {loopback}");
    }

    public static bool CanBind(IPAddress address)
    {
        try
        {
            using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static CellSocket Open(CellSocketKind kind, IPAddress address) =>
        CellSocket.Open(new CellSocketOptions { Local = new IPEndPoint(address, 0), Kind = kind });

    /// <summary>
    /// Cells that lie unread in its buffer at most, with room to spare: the system may have given less than
    /// was asked for, and charges a page for a cell.
    /// </summary>
    public static int RoomOf(CellSocket socket) => socket.Inner.ReceiveBufferSize / 4_096;

    /// <summary>Cells behind each other, each filled from its number and the seed.</summary>
    public static CellBatch Cells(int count, int seed)
    {
        CellBatch batch = new(count, CellLayout.Size);
        for (int number = 0; number < count; number++)
        {
            Assert.True(batch.TryAdd(out Span<byte> cell));
            new Random(HashCode.Combine(seed, number)).NextBytes(cell);
        }

        Assert.False(batch.TryAdd(out _));
        return batch;
    }

    public static byte[] RandomCell(int seed)
    {
        byte[] cell = new byte[CellLayout.Size];
        new Random(seed).NextBytes(cell);
        return cell;
    }

    public static int[] Numbers(int count) => [.. Enumerable.Range(0, count)];

    public static SendTally Send(CellSocket socket, CellBatch batch, ReadOnlySpan<int> cells, UdpEndpoint to)
    {
        SendTally tally = default;
        socket.Queue(batch, cells, to);
        socket.Flush(ref tally);
        return tally;
    }

    /// <summary>Receives until that many cells and wrong datagrams are there, and then once more.</summary>
    public static Received Receive(CellSocket socket, int cells, int wrongSize = 0)
    {
        Received received = new();
        using CellBatch batch = socket.CreateBatch();
        Stopwatch waited = Stopwatch.StartNew();
        while (received.Cells.Count < cells || received.WrongSize < wrongSize)
        {
            if (!ReceiveOnce(socket, batch, received))
            {
                Assert.True(
                    waited.Elapsed < _patience,
                    $"came: {received.Cells.Count}/{cells} cells, {received.WrongSize}/{wrongSize} wrong");
                Thread.Sleep(1);
            }
        }

        ReceiveOnce(socket, batch, received);
        return received;
    }

    /// <summary>Does something on a thread of its own; what it throws comes out here.</summary>
    public static void OnAnotherThread(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static bool ReceiveOnce(CellSocket socket, CellBatch batch, Received received)
    {
        if (!socket.Receive(batch))
            return false;
        for (int cell = 0; cell < batch.Count; cell++)
        {
            received.Cells.Add(batch.CellAt(cell).ToArray());
            received.Sources.Add(batch.SourceOf(cell));
        }

        received.WrongSize += batch.WrongSizeDatagrams;
        return true;
    }

    internal sealed class Received
    {
        public List<byte[]> Cells { get; } = [];

        public List<UdpEndpoint> Sources { get; } = [];

        public int WrongSize { get; set; }

        public void AssertAre(CellBatch batch, ReadOnlySpan<int> cells, UdpEndpoint source)
        {
            Assert.Equal(cells.Length, Cells.Count);
            for (int index = 0; index < cells.Length; index++)
            {
                bool same = batch.CellAt(cells[index]).SequenceEqual(Cells[index]);
                Assert.True(same, $"cell {index} of {cells.Length} is another or has changed");
                Assert.Equal(source, Sources[index]);
            }

            Assert.Equal(0, WrongSize);
        }
    }
}
