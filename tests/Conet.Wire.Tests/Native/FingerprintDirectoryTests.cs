using Conet.Wire.Native;

namespace Conet.Wire.Tests.Native;

/// <summary>The root chooses by the upper bits, the line by the lower ones.</summary>
public sealed class FingerprintDirectoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void What_a_table_holds_is_found_through_the_root(int count)
    {
        Random random = new(count);
        FingerprintLines[] tables = [.. Enumerable.Range(0, count).Select(_ => new FingerprintLines(50))];
        FingerprintDirectory root = new(tables);
        Assert.Equal(count, root.Count);
        Dictionary<ulong, (ulong Place, uint Value)> twin = [];
        for (uint i = 1; i <= 100 * count; i++)
        {
            ulong place = ((ulong)random.NextInt64() << 1) | (i & 1);
            int table = (int)(((UInt128)place * (ulong)count) >> 64);
            Assert.Equal(table, root.IndexOf(place));
            Assert.True(tables[table].TryInsert(place, i, ~i));
            twin.Add(i, (place, ~i));
        }

        foreach ((ulong print, (ulong place, uint expected)) in twin)
        {
            FingerprintLine line = root.LineOf(place);
            line.Prefetch();
            Assert.True(line.TryFind(print, out uint value, out bool isMarked));
            Assert.Equal((expected, false), (value, isMarked));
            Assert.False(line.TryFind(print + (1ul << 40), out _, out _));
        }

        GC.KeepAlive(root);
    }

    [Fact]
    public void A_mark_is_seen_through_the_root_and_in_every_root_that_shares_the_table()
    {
        FingerprintLines shared = new(10);
        FingerprintDirectory older = new([shared]);
        FingerprintDirectory newer = new([shared, new FingerprintLines(10)]);
        shared.Mark(0);
        older.LineOf(0).TryFind(1, out _, out bool isMarkedInOlder);
        newer.LineOf(0).TryFind(1, out _, out bool isMarkedInNewer);
        newer.LineOf(uint.MaxValue).TryFind(1, out _, out bool isMarkedElsewhere);
        Assert.Equal((true, true, false), (isMarkedInOlder, isMarkedInNewer, isMarkedElsewhere));
        GC.KeepAlive((older, newer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_root_has_a_power_of_two_of_tables(int count) => Assert.Throws<ArgumentException>(
        () => new FingerprintDirectory([.. Enumerable.Range(0, count).Select(_ => new FingerprintLines(1))]));
}
