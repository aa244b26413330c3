using Conet.Host.Node;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Host.Tests.Node;

public sealed class SnapshotScheduleTests
{
    private const long Start = 5_000;
    private const long Pause = HostLimits.SnapshotSaveSeconds * 1000L;

    [Fact]
    public void A_table_is_saved_when_events_came_and_the_pause_is_over_and_not_before()
    {
        MirrorSnapshot first = TableScene.At(1, RouteTable.Create(new byte[32]));
        SnapshotSchedule schedule = new(null, Start);
        Assert.False(schedule.IsDue(first, Start + Pause - 1));
        Assert.True(schedule.IsDue(first, Start + Pause));
        schedule.OnSaved(first, Start + Pause);
        Assert.False(schedule.IsDue(first, Start + (9 * Pause)));

        MirrorSnapshot changed = TableScene.At(2, TableScene.WithEvent(first.Table));
        Assert.False(schedule.IsDue(changed, Start + (2 * Pause) - 1));
        Assert.True(schedule.IsDue(changed, Start + (2 * Pause)));
        schedule.OnSaved(changed, Start + (2 * Pause));
        Assert.True(schedule.IsDue(first, Start + (3 * Pause)), "an event that was undone is a change");
    }

    [Fact]
    public void Blocks_without_events_are_saved_on_the_way_out_alone()
    {
        MirrorSnapshot first = TableScene.At(1, RouteTable.Create(new byte[32]));
        SnapshotSchedule schedule = new(first, Start);
        Assert.False(schedule.IsDue(TableScene.At(9, first.Table), Start + (9 * Pause)));
        Assert.True(schedule.IsDueAtEnd(TableScene.At(9, first.Table)));
        Assert.False(schedule.IsDueAtEnd(first));
        Assert.True(schedule.IsDueAtEnd(TableScene.At(1, TableScene.WithEvent(first.Table))));
    }
}
