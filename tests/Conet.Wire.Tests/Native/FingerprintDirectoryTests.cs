using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Wire.Tests.Native;

/// <summary>The root chooses by the upper bits, the line by the lower ones.</summary>
public sealed class FingerprintDirectoryTests
{
    private static readonly FingerprintKey _key = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void What_a_table_holds_is_found_through_the_root_alone_and_in_batches(int count)
    {
        Random random = new(count);
        FingerprintLines[] tables = [.. Enumerable.Range(0, count).Select(_ => new FingerprintLines(50))];
        FingerprintDirectory root = new(_key, tables);
        Assert.Equal(count, root.Count);
        byte[] cells = new byte[100 * count * Address.Size];
        random.NextBytes(cells);
        int[] offsets = [.. Enumerable.Range(0, 100 * count).Select(i => i * Address.Size)];
        for (int i = 0; i < offsets.Length; i++)
        {
            (ulong place, ulong print) = _key.Hash(AddressAt(i));
            int table = (int)(((UInt128)place * (ulong)count) >> 64);
            Assert.Equal(table, root.IndexOf(place));
            if (i % 5 != 0)
                Assert.True(tables[table].TryInsert(place, print, ~(uint)i));
        }

        uint[] values = new uint[offsets.Length];
        bool[] found = new bool[offsets.Length];
        int here = root.Find(cells, offsets, values, found);
        Assert.Equal(found.Count(isFound => isFound), here);
        Assert.True(here > offsets.Length / 2);
        for (int i = 0; i < offsets.Length; i++)
        {
            bool isThere = root.TryFind(AddressAt(i), out _, out uint value, out bool isMarked);
            Assert.Equal((i % 5 != 0, i % 5 != 0 ? ~(uint)i : 0, false), (isThere, value, isMarked));
            if (found[i])
                Assert.Equal(value, values[i]);
        }

        ReadOnlySpan<byte> AddressAt(int i) => cells.AsSpan(i * Address.Size, Address.Size);
    }

    [Fact]
    public void A_mark_is_seen_through_every_root_that_shares_the_table_and_leaves_the_batch()
    {
        byte[] address = [.. Enumerable.Repeat((byte)7, Address.Size)];
        (ulong place, ulong print) = _key.Hash(address);
        FingerprintLines shared = new(10);
        FingerprintDirectory older = new(_key, [shared]);
        FingerprintDirectory newer = new(_key, [shared, shared]);
        Assert.True(shared.TryInsert(place, print, 9));
        uint[] values = new uint[1];
        bool[] found = new bool[1];
        Assert.Equal(1, newer.Find(address, [0], values, found));
        Assert.Equal(9u, values[0]);
        shared.Mark(place);
        Assert.Equal(0, newer.Find(address, [0], values, found));
        Assert.Equal(0, older.Find(address, [0], values, found));
        Assert.True(newer.TryFind(address, out _, out uint value, out bool isMarked));
        Assert.Equal((9u, true), (value, isMarked));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_address_outside_of_the_buffer_is_refused(int offset)
    {
        FingerprintDirectory root = new(_key, [new FingerprintLines(1)]);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => root.Find(new byte[Address.Size], [offset], new uint[1], new bool[1]));
    }

    [Fact]
    public void Results_without_room_are_refused()
    {
        FingerprintDirectory root = new(_key, [new FingerprintLines(1)]);
        byte[] one = new byte[Address.Size];
        Assert.Throws<ArgumentOutOfRangeException>(() => root.Find(one, [0, 0], new uint[1], new bool[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => root.Find(one, [0, 0], new uint[2], new bool[1]));
        Assert.Equal(0, root.Find([], [], [], []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_root_has_a_power_of_two_of_tables(int count) => Assert.Throws<ArgumentException>(
        () => new FingerprintDirectory(
            _key, [.. Enumerable.Range(0, count).Select(_ => new FingerprintLines(1))]));
}
