using System.Diagnostics;
using System.Net;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

public sealed class CellPollerTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public static TheoryData<CellSocketKind> Kinds => SocketBench.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_wait_names_the_sockets_that_can_be_read(CellSocketKind kind)
    {
        using CellSocket first = Open(kind);
        using CellSocket second = Open(kind);
        using CellPoller poller = CellPoller.Create(first, second);
        using CellBatch batch = SocketBench.Cells(1, seed: 1);
        Assert.Equal(0u, poller.Wait(0));
        SocketBench.Send(first, batch, [0], second.LocalEndpoint);
        Assert.Equal(2u, poller.Wait(1_000));
        SocketBench.Send(first, batch, [0], first.LocalEndpoint);
        Assert.Equal(3u, poller.Wait(1_000));
        SocketBench.Receive(second, 1);
        Assert.Equal(1u, poller.Wait(1_000));
        SocketBench.Receive(first, 1);
        Assert.Equal(0u, poller.Wait(1));
        Assert.Equal(0u, poller.Wait(-5));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_wake_up_ends_the_wait_that_is_under_way_or_else_the_next(CellSocketKind kind)
    {
        using CellSocket socket = Open(kind);
        using CellPoller poller = CellPoller.Create(socket);
        Assert.True(EndsEarly(poller, poller.Wake), "a wake-up did not end the next wait");
        Assert.True(
            EndsEarly(poller, () => new Thread(() =>
            {
                Thread.Sleep(20);
                poller.Wake();
            }).Start()),
            "a wake-up did not end the wait under way");
        for (int times = 0; times < 100; times++)
            poller.Wake();
        poller.Wait(0);
        Stopwatch waited = Stopwatch.StartNew();
        Assert.Equal(0u, poller.Wait(50));
        Assert.True(waited.ElapsedMilliseconds >= 40, "many wake-ups counted as more than one");
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Disposing_ends_the_wait_that_is_under_way(CellSocketKind kind)
    {
        for (int round = 0; round < 20; round++)
        {
            using CellSocket socket = Open(kind);
            CellPoller poller = CellPoller.Create(socket);
            Thread waiter = new(() =>
            {
                while (IsOpen(poller))
                {
                }
            });
            waiter.Start();
            Thread.Sleep(round % 4);
            poller.Dispose();
            poller.Dispose();
            Assert.True(waiter.Join(_patience), "the waiting thread did not end");
            poller.Wake();
            Assert.Throws<ObjectDisposedException>(() => poller.Wait(0));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Waiting_allocates_nothing(CellSocketKind kind)
    {
        using CellSocket first = Open(kind);
        using CellSocket second = Open(kind);
        using CellPoller poller = CellPoller.Create(first, second);
        Action turn = () =>
        {
            poller.Wake();
            poller.Wait(0);
        };
        Allocation.AssertStops(() => Allocation.Of(turn));
    }

    [Fact]
    public void More_sockets_than_bits_throw()
    {
        CellSocket[] sockets = new CellSocket[33];
        Assert.Throws<ArgumentOutOfRangeException>(() => CellPoller.Create(sockets));
    }

    /// <summary>
    /// Whether a wait of a second ends before its time; on a machine under load one of a few must.
    /// </summary>
    private static bool EndsEarly(CellPoller poller, Action wake)
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            wake();
            Stopwatch waited = Stopwatch.StartNew();
            Assert.Equal(0u, poller.Wait(1_000));
            if (waited.ElapsedMilliseconds < 900)
                return true;
        }

        return false;
    }

    private static bool IsOpen(CellPoller poller)
    {
        try
        {
            poller.Wait(1_000);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private static CellSocket Open(CellSocketKind kind)
    {
        SocketBench.SkipUnless(kind, IPAddress.Loopback);
        return SocketBench.Open(kind, IPAddress.Loopback);
    }
}
