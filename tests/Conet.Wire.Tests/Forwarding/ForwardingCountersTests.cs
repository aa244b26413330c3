using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

public sealed class ForwardingCountersTests
{
    [Fact]
    public void Every_reason_is_counted_apart_and_in_the_sum()
    {
        ForwardingCounters counters = new(1);
        DropReason[] reasons = Enum.GetValues<DropReason>();
        foreach (DropReason reason in reasons)
            counters.CountDropped(reason, (int)reason + 1);
        Assert.All(reasons, reason => Assert.Equal((ulong)reason + 1, counters.Dropped(reason)));
        Assert.Equal((ulong)reasons.Sum(reason => (int)reason + 1), counters.DroppedInAll());
        Assert.Equal(Enumerable.Range(0, reasons.Length), reasons.Select(reason => (int)reason));
    }

    [Fact]
    public void Each_outcome_has_its_own_counter()
    {
        ForwardingCounters counters = new(2);
        counters.CountReceived(CellRole.ClientPort, 1);
        counters.CountReceived(CellRole.NodePort, 2);
        counters.CountForwarded(3);
        counters.CountDelivered(4);
        counters.CountControl(5);
        counters.CountOriginated(6);
        counters.CountTurn();
        counters.CountHop(1, 8);
        counters.CountHop(1, 1);
        Assert.Equal(1UL, counters.Received(CellRole.ClientPort));
        Assert.Equal(2UL, counters.Received(CellRole.NodePort));
        Assert.Equal(3UL, counters.Forwarded);
        Assert.Equal(4UL, counters.Delivered);
        Assert.Equal(5UL, counters.Control);
        Assert.Equal(6UL, counters.Originated);
        Assert.Equal(1UL, counters.Turns);
        Assert.Equal(0UL, counters.HopCells(0));
        Assert.Equal(9UL, counters.HopCells(1));
        Assert.Equal(0UL, counters.DroppedInAll());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_hop_that_is_not_counted_apart_is_ignored(int hop)
    {
        ForwardingCounters counters = new(2);
        counters.CountHop(hop, 1);
        Assert.Equal(0UL, counters.HopCells(0) + counters.HopCells(1));
        Assert.Equal(2, counters.HopsMax);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ForwardingCounters(-1));
    }

    [Fact]
    public void Counters_go_on_beyond_32_bits()
    {
        ForwardingCounters counters = new(1);
        for (int round = 0; round < 3; round++)
            counters.CountForwarded(int.MaxValue);
        Assert.Equal(3UL * int.MaxValue, counters.Forwarded);
    }
}
