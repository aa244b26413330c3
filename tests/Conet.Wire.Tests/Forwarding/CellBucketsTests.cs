using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

public sealed class CellBucketsTests
{
    [Fact]
    public void Cells_are_grouped_by_key_in_order_of_arrival() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), GroupsAsLinqDoes);

    [Fact]
    public void What_was_added_and_never_completed_is_forgotten()
    {
        CellBuckets buckets = new(4, 4);
        buckets.Add(2, 0);
        buckets.Add(2, 1);
        buckets.Clear();
        buckets.Add(2, 7);
        buckets.Complete();
        Assert.Equal(1, buckets.Count);
        Assert.Equal([7], buckets.CellsOf(0).ToArray());
    }

    [Fact]
    public void A_group_that_is_not_there_cannot_be_read()
    {
        CellBuckets buckets = new(4, 4);
        buckets.Add(1, 0);
        buckets.Complete();
        Assert.ThrowsAny<Exception>(() => buckets.KeyOf(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buckets.CellsOf(1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => buckets.CellsOf(-1).Length);
    }

    private static bool GroupsAsLinqDoes(int seed)
    {
        Random random = new(seed);
        int keys = random.Next(1, 20);
        int cells = random.Next(1, 60);
        CellBuckets buckets = new(keys, cells);
        for (int batch = random.Next(1, 4); batch > 0; batch--)
        {
            (int Key, int Cell)[] added =
            [
                .. Enumerable.Range(0, random.Next(cells + 1)).Select(cell => (random.Next(keys), cell * 3)),
            ];
            buckets.Clear();
            foreach ((int key, int cell) in added)
                buckets.Add(key, cell);
            buckets.Complete();
            IGrouping<int, int>[] expected = [.. added.GroupBy(pair => pair.Key, pair => pair.Cell)];
            Assert.Equal(added.Length, buckets.CellCount);
            Assert.Equal(expected.Length, buckets.Count);
            for (int bucket = 0; bucket < buckets.Count; bucket++)
            {
                Assert.Equal(expected[bucket].Key, buckets.KeyOf(bucket));
                Assert.True(buckets.CellsOf(bucket).SequenceEqual([.. expected[bucket]]));
            }
        }

        return true;
    }
}
