using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// Datagrams and trains of every size, from several senders at once, against a slow twin that knows what was
/// sent: cells byte for byte with their source and in its order, everything else counted.
/// </summary>
public sealed class SocketMixTests
{
    private const int SolUdp = 17;
    private const int UdpSegment = 103;
    private const int Senders = 3;
    private const int DatagramBytesMax = 65_507;
    private const int SegmentsMax = 60;
    private const int Cases = 25;
    private const int GroupsPerCase = 8;

    private static readonly bool _canSegment = CellSocket.IsSupported(CellSocketKind.LinuxSendSegmented);

    /// <summary>Every kind, over IPv4 and IPv6.</summary>
    public static TheoryData<CellSocketKind, string> Places
    {
        get
        {
            TheoryData<CellSocketKind, string> places = [];
            foreach (CellSocketKind kind in Enum.GetValues<CellSocketKind>().Skip(1))
            {
                places.Add(kind, "127.0.0.1");
                places.Add(kind, "::1");
            }

            return places;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public void A_mix_of_any_sizes_from_any_senders_is_told_apart(CellSocketKind kind, string address)
    {
        IPAddress loopback = IPAddress.Parse(address);
        SocketBench.SkipUnless(kind, loopback);
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), seed => IsToldApart(kind, loopback, seed), Cases);
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public void A_plain_datagram_of_whole_cells_is_one_wrong_datagram(CellSocketKind kind, string address)
    {
        IPAddress loopback = IPAddress.Parse(address);
        SocketBench.SkipUnless(kind, loopback);
        using CellSocket receiver = SocketBench.Open(kind, loopback);
        using Socket raw = Bound(loopback);
        foreach (int cells in (int[])[2, 3, Limits.TrainCellsMax])
        {
            raw.SendTo(new byte[cells * CellLayout.Size], receiver.LocalEndpoint.ToIPEndPoint());
            SocketBench.Received received = SocketBench.Receive(receiver, 0, wrongSize: 1);
            Assert.Equal(1, received.WrongSize);
            Assert.Empty(received.Cells);
        }
    }

    private static bool IsToldApart(CellSocketKind kind, IPAddress loopback, int seed)
    {
        Random random = new(seed);
        using CellSocket receiver = SocketBench.Open(kind, loopback);
        Socket[] senders = [.. Enumerable.Range(0, Senders).Select(_ => Bound(loopback))];
        int room = receiver.Inner.ReceiveBufferSize / 4;
        for (int group = 0; group < GroupsPerCase; group++)
        {
            Dictionary<UdpEndpoint, List<byte[]>> cells =
                senders.ToDictionary(EndpointOf, _ => new List<byte[]>());
            int wrong = 0;
            int bytesSent = 0;
            for (int count = random.Next(1, 16); count > 0 && bytesSent < room - DatagramBytesMax; count--)
            {
                Socket sender = senders[random.Next(Senders)];
                int segmentBytes = random.Next(2) == 0 && _canSegment ? SegmentSize(random) : 0;
                byte[] bytes = new byte[SizeOf(random, segmentBytes)];
                random.NextBytes(bytes);
                Segment(sender, segmentBytes);
                sender.SendTo(bytes, receiver.LocalEndpoint.ToIPEndPoint());
                bytesSent += bytes.Length + CellLayout.Size;
                wrong += Expect(bytes, segmentBytes, cells[EndpointOf(sender)]);
            }

            int expected = cells.Values.Sum(list => list.Count);
            SocketBench.Received received = SocketBench.Receive(receiver, expected, wrong);
            Assert.Equal(wrong, received.WrongSize);
            Assert.Equal(expected, received.Cells.Count);
            for (int cell = 0; cell < expected; cell++)
            {
                List<byte[]> ofSource = cells[received.Sources[cell]];
                Assert.True(received.Cells[cell].AsSpan().SequenceEqual(ofSource[0]), "another cell was due");
                ofSource.RemoveAt(0);
            }
        }

        foreach (Socket sender in senders)
            sender.Dispose();
        return true;
    }

    /// <summary>The twin: adds the cells that must come, and returns how much else is wrong.</summary>
    private static int Expect(byte[] bytes, int segmentBytes, List<byte[]> cells)
    {
        if (segmentBytes == 0 || bytes.Length <= segmentBytes)
        {
            if (bytes.Length != CellLayout.Size)
                return 1;
            cells.Add(bytes);
            return 0;
        }

        byte[][] pieces = [.. bytes.Chunk(segmentBytes)];
        if (segmentBytes != CellLayout.Size)
            return pieces.Length;
        cells.AddRange(pieces.Where(piece => piece.Length == CellLayout.Size));
        return pieces.Count(piece => piece.Length != CellLayout.Size);
    }

    private static int SizeOf(Random random, int segmentBytes) =>
        segmentBytes == 0 ? PlainSize(random) : TrainSize(random, segmentBytes);

    private static int PlainSize(Random random)
    {
        int[] edges = [0, 1, 1_159, 1_161, 2_320, 3_480, 56 * CellLayout.Size, 65_464, DatagramBytesMax];
        return random.Next(3) switch
        {
            0 => edges[random.Next(edges.Length)],
            1 => random.Next(0, DatagramBytesMax + 1),
            _ => CellLayout.Size,
        };
    }

    private static int SegmentSize(Random random)
    {
        int[] others = [100, 579, 580, 1_159, 1_161, 1_170, 1_400, 2_320];
        return random.Next(3) == 0 ? others[random.Next(others.Length)] : CellLayout.Size;
    }

    /// <summary>A size whose last piece is no cell by chance: some kinds would get one there.</summary>
    private static int TrainSize(Random random, int segmentBytes)
    {
        int bytes = random.Next(1, Math.Min(DatagramBytesMax, SegmentsMax * segmentBytes) + 1);
        if (segmentBytes == CellLayout.Size && random.Next(2) == 0)
            bytes -= bytes % CellLayout.Size;
        bool endsInCell = segmentBytes != CellLayout.Size && bytes % segmentBytes == CellLayout.Size;
        return Math.Max(1, endsInCell ? bytes - 1 : bytes);
    }

    private static void Segment(Socket socket, int bytes)
    {
        if (_canSegment)
            socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(bytes));
    }

    private static UdpEndpoint EndpointOf(Socket socket) =>
        UdpEndpoint.From((IPEndPoint)socket.LocalEndPoint!);

    private static Socket Bound(IPAddress loopback)
    {
        Socket socket = new(loopback.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(loopback, 0));
        return socket;
    }
}
