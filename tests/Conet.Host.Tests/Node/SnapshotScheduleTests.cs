using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Node;

public sealed class SnapshotScheduleTests
{
    private const long Start = 5_000;
    private const long Pause = HostLimits.SnapshotSaveSeconds * 1000L;

    [Fact]
    public void A_table_is_saved_when_events_came_and_the_pause_is_over_and_not_before()
    {
        MirrorSnapshot first = At(1, RouteTable.Create(new byte[32]));
        SnapshotSchedule schedule = new(null, Start);
        Assert.False(schedule.IsDue(first, Start + Pause - 1));
        Assert.True(schedule.IsDue(first, Start + Pause));
        schedule.OnSaved(first, Start + Pause);
        Assert.False(schedule.IsDue(first, Start + (9 * Pause)));

        MirrorSnapshot changed = At(2, WithEvent(first.Table));
        Assert.False(schedule.IsDue(changed, Start + (2 * Pause) - 1));
        Assert.True(schedule.IsDue(changed, Start + (2 * Pause)));
        schedule.OnSaved(changed, Start + (2 * Pause));
        Assert.True(schedule.IsDue(first, Start + (3 * Pause)), "an event that was undone is a change");
    }

    [Fact]
    public void Blocks_without_events_are_saved_on_the_way_out_alone()
    {
        MirrorSnapshot first = At(1, RouteTable.Create(new byte[32]));
        SnapshotSchedule schedule = new(first, Start);
        Assert.False(schedule.IsDue(At(9, first.Table), Start + (9 * Pause)));
        Assert.True(schedule.IsDueAtEnd(At(9, first.Table)));
        Assert.False(schedule.IsDueAtEnd(first));
        Assert.True(schedule.IsDueAtEnd(At(1, WithEvent(first.Table))));
    }

    private static MirrorSnapshot At(byte block, RouteTable table) =>
        new(block, new Bytes32([block, .. new byte[Bytes32.Size - 1]]), table);

    private static RouteTable WithEvent(RouteTable table)
    {
        Address wallet = new([.. Enumerable.Repeat((byte)7, Address.Size)]);
        byte[] data = new byte[RouteChanged.DataSize];
        data[31] = 1;
        byte[] topic = new byte[Bytes32.Size];
        wallet.CopyTo(topic.AsSpan(12));
        RouteTableBuilder builder = table.ToBuilder();
        Assert.True(builder.TryApply(new LogEntry(
            default, [RouteChanged.Topic, new Bytes32(topic)], data, 1, default, default, 0, false)));
        return builder.Build();
    }
}
