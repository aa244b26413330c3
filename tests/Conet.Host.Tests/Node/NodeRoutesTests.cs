using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Host.Tests.Node;

public sealed class NodeRoutesTests
{
    private static readonly Address _wallet = NodeAddress.Home(new NodeId(50), default);

    [Theory]
    [InlineData(new uint[] { 2, 3, 0 }, 0)]
    [InlineData(new uint[] { 3, 2, 0 }, 1)]
    [InlineData(new uint[] { 9, 3, 2 }, 1)]
    [InlineData(new uint[] { 9, 8, 0 }, NoHop.Unreachable)]
    [InlineData(new uint[] { 1, 2, 0 }, NoHop.AddresseeAbsent)]
    [InlineData(new uint[] { 9, 1, 2 }, NoHop.AddresseeAbsent)]
    [InlineData(new uint[] { 2, 1, 0 }, 0)]
    [InlineData(new uint[] { 4, 0, 0 }, NoHop.ForbiddenEndpoint)]
    [InlineData(new uint[] { 4, 9, 0 }, NoHop.Unreachable)]
    [InlineData(new uint[] { 9, 4, 0 }, NoHop.Unreachable)]
    [InlineData(new uint[] { 4, 2, 0 }, 0)]
    [InlineData(new uint[] { 0, 0, 0 }, NoHop.UnknownDestination)]
    public void The_first_home_that_can_be_reached_is_taken(uint[] homes, int expected)
    {
        // Node 1 is this node, 2 and 3 are reachable, 4 must not be sent to, 8 and 9 do not answer.
        HopSnapshot snapshot = new(1, [new(2, 0), new(3, 1), new(4, NoHop.ForbiddenEndpoint)]);
        MemoryRoutes routes = new() { Routes = new() { [_wallet] = homes } };
        NodeRoutes<MemoryHomes> table = new(new MemoryHomes(routes), new HopBoard(snapshot));
        byte[] cells = new byte[CellLayout.Size];
        _wallet.CopyTo(cells);
        int[] hops = new int[1];
        table.Resolve(cells, [0], hops);
        Assert.Equal(expected, hops[0]);
    }

    [Fact]
    public void A_batch_of_any_length_equals_its_cells_one_by_one_and_allocates_nothing()
    {
        Random random = new(4);
        HopSnapshot snapshot = new(
            1, [.. Enumerable.Range(2, 40).Select(id => new KeyValuePair<uint, int>((uint)id, id))]);
        MemoryRoutes routes = new() { Nodes = [.. Enumerable.Range(1, 60).Select(id => (uint)id)] };
        NodeRoutes<MemoryHomes> table = new(new MemoryHomes(routes), new HopBoard(snapshot));
        for (int count = 0; count < 300; count += 7)
        {
            byte[] cells = new byte[count * Address.Size];
            int[] offsets = [.. Enumerable.Range(0, count).Select(i => i * Address.Size)];
            foreach (int offset in offsets)
                NodeAddress.Home(new NodeId((uint)random.Next(1, 70)), default).CopyTo(cells.AsSpan(offset));
            int[] hops = new int[count];
            table.Resolve(cells, offsets, hops);
            long allocated = long.MaxValue;
            for (int run = 0; run < 5 && allocated != 0; run++) // the runtime takes some of its own at times
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                table.Resolve(cells, offsets, hops);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.Equal(0, allocated);
            for (int i = 0; i < count; i++)
            {
                int[] one = new int[1];
                table.Resolve(cells, [offsets[i]], one);
                Assert.Equal(one[0], hops[i]);
            }
        }
    }

    [Fact]
    public void A_snapshot_finds_what_was_put_in_and_nothing_else()
    {
        Random random = new(8);
        for (int count = 0; count < 2_000; count += 97)
        {
            Dictionary<uint, int> expected = [];
            for (int i = 0; i < count; i++)
                expected[(uint)random.Next(2, 3_000) * (i % 2 == 0 ? 1u : 65_536u)] = i;
            HopSnapshot snapshot = new(1, expected);
            Assert.Equal(NoHop.AddresseeAbsent, snapshot.Find(1));
            for (int i = 0; i < 2_000; i++)
            {
                uint id = (uint)random.Next(2, 4_000) * (i % 2 == 0 ? 1u : 65_536u);
                Assert.Equal(expected.GetValueOrDefault(id, NoHop.Unreachable), snapshot.Find(id));
            }
        }
    }
}
