using System.Diagnostics;
using System.Net;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// Every kind of socket over interfaces of its own: two namespaces joined by two veth pairs, one of which has
/// room for less than a cell.
/// </summary>
public sealed class SocketNamespaceTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly List<IDisposable> _opened = [];
    private NamespaceThread _here = null!;
    private NamespaceThread _there = null!;

    public static TheoryData<CellSocketKind> Kinds => SocketBench.Kinds;

    public void Dispose()
    {
        for (int index = _opened.Count - 1; index >= 0; index--)
            _opened[index].Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void An_interface_that_goes_down_costs_counted_cells_and_comes_back(CellSocketKind kind)
    {
        Build(kind);
        CellSocket sender = Open(_here, kind, "0.0.0.0");
        CellSocket receiver = Open(_there, kind, "10.61.1.2");
        using CellBatch cells = SocketBench.Cells(20, seed: 1);
        int[] numbers = SocketBench.Numbers(20);
        SendTally tally = default;
        SendUntilAllCome(sender, receiver, cells, numbers);
        _here.Ip("link set one down");
        for (int round = 0; round < 20; round++)
        {
            _here.Run(() => tally = SocketBench.Send(sender, cells, numbers, receiver.LocalEndpoint));
            Assert.Equal(20, tally.Sent + tally.QueueFull + tally.Refused + tally.Failed);
        }

        Assert.Equal(0, tally.Sent);
        Assert.Equal(20, tally.Refused);
        _here.Ip("link set one up");
        SendUntilAllCome(sender, receiver, cells, numbers);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_link_too_small_for_a_segment_falls_back_alone(CellSocketKind kind)
    {
        Build(kind);
        _here.Ip("link set two mtu 1000");
        CellSocket sender = Open(_here, kind, "0.0.0.0");
        CellSocket first = Open(_there, kind, "10.61.1.2");
        CellSocket second = Open(_there, kind, "10.61.2.2");
        using CellBatch cells = SocketBench.Cells(20, seed: 2);
        int[] numbers = SocketBench.Numbers(20);
        SendUntilAllCome(sender, first, cells, numbers);
        SendUntilAllCome(sender, second, cells, numbers);
        bool sendsTrains = kind is CellSocketKind.LinuxSegmented or CellSocketKind.LinuxSendSegmented
            or CellSocketKind.LinuxRing;
        for (int round = 0; round < 5; round++)
        {
            SendTally tally = default;
            SendTally small = default;
            _here.Run(() =>
            {
                tally = SocketBench.Send(sender, cells, numbers, first.LocalEndpoint);
                small = SocketBench.Send(sender, cells, numbers, second.LocalEndpoint);
            });
            Assert.Equal((20, sendsTrains ? 1 : 20), (tally.Sent, tally.Messages));
            Assert.Equal((20, 20), (small.Sent, small.Messages));
            _there.Run(() => Assert.Equal(20, SocketBench.Receive(first, 20).Cells.Count));
            _there.Run(() => Assert.Equal(20, SocketBench.Receive(second, 20).Cells.Count));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_destination_without_a_route_is_refused_and_others_are_served(CellSocketKind kind)
    {
        Build(kind);
        CellSocket sender = Open(_here, kind, "0.0.0.0");
        CellSocket receiver = Open(_there, kind, "10.61.1.2");
        using CellBatch cells = SocketBench.Cells(20, seed: 3);
        SendUntilAllCome(sender, receiver, cells, SocketBench.Numbers(20));
        SendTally tally = default;
        _here.Run(() =>
        {
            sender.Queue(cells, [0, 1, 2], UdpEndpoint.From(IPAddress.Parse("192.0.2.1"), 9));
            sender.Queue(cells, [3, 4], receiver.LocalEndpoint);
            sender.Queue(cells, [5], UdpEndpoint.From(IPAddress.Parse("192.0.2.2"), 9));
            sender.Flush(ref tally);
        });
        Assert.Equal((2, 4, 0, 0), (tally.Sent, tally.Refused, tally.Failed, tally.QueueFull));
        _there.Run(() =>
        {
            SocketBench.Received received = SocketBench.Receive(receiver, 2);
            Assert.Equal([cells.CellAt(3).ToArray(), cells.CellAt(4).ToArray()], received.Cells);
        });
    }

    private void Build(CellSocketKind kind)
    {
        SocketBench.SkipUnless(kind, IPAddress.Loopback);
        _opened.Add(_here = NamespaceThread.CreateOrSkip());
        _opened.Add(_there = NamespaceThread.CreateOrSkip());
        int number = 0;
        foreach (string name in (string[])["one", "two"])
        {
            number++;
            _here.Ip($"link add {name} type veth peer name {name} netns {_there.Id}");
            _here.Ip($"link set {name} up");
            _here.Ip($"addr add 10.61.{number}.1/24 dev {name}");
            _there.Ip($"link set {name} up");
            _there.Ip($"addr add 10.61.{number}.2/24 dev {name}");
        }
    }

    private CellSocket Open(NamespaceThread thread, CellSocketKind kind, string address)
    {
        CellSocket? socket = null;
        thread.Run(() => socket = SocketBench.Open(kind, IPAddress.Parse(address)));
        _opened.Add(socket!);
        return socket!;
    }

    /// <summary>Neighbours are found and a carrier comes back in a time of their own.</summary>
    private void SendUntilAllCome(CellSocket sender, CellSocket receiver, CellBatch cells, int[] numbers)
    {
        Stopwatch waited = Stopwatch.StartNew();
        using CellBatch batch = new(Limits.ReceiveDatagramsMax, Limits.TrainBufferBytes);
        int came = 0;
        while (came != numbers.Length)
        {
            Assert.True(waited.Elapsed < _patience, $"of {numbers.Length} cells came {came}");
            _here.Run(() => SocketBench.Send(sender, cells, numbers, receiver.LocalEndpoint));
            Thread.Sleep(20);
            came = 0;
            _there.Run(() =>
            {
                while (receiver.Receive(batch))
                    came += batch.Count;
            });
        }
    }
}
