using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

public sealed class LocalTableTests
{
    [Fact]
    public void It_equals_a_dictionary_after_random_changes() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), EqualsDictionary);

    [Fact]
    public void An_address_is_found_until_it_is_removed()
    {
        LocalTable table = new(4, Worlds.Seed(1));
        byte[] address = Worlds.Address(1);
        Assert.Equal(LocalTable.Absent, table.Find(address));
        Assert.True(table.TrySet(address, 7));
        Assert.Equal(7, table.Find(address));
        Assert.True(table.TrySet(address, 0));
        Assert.Equal(0, table.Find(address));
        Assert.Equal(1, table.Count);
        Assert.True(table.Remove(address));
        Assert.False(table.Remove(address));
        Assert.Equal(LocalTable.Absent, table.Find(address));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Addresses_that_differ_in_one_bit_are_different()
    {
        LocalTable table = new(200, Worlds.Seed(2));
        byte[] address = new byte[CellLayout.DestinationSize];
        Assert.True(table.TrySet(address, 160));
        for (int bit = 0; bit < 160; bit++)
        {
            byte[] other = [.. address];
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(LocalTable.Absent, table.Find(other));
            Assert.True(table.TrySet(other, bit));
        }

        for (int bit = 0; bit < 160; bit++)
        {
            byte[] other = [.. address];
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(bit, table.Find(other));
        }

        Assert.Equal(160, table.Find(address));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void It_takes_as_many_addresses_as_it_says_and_then_no_more(int capacity)
    {
        LocalTable table = new(capacity, Worlds.Seed(capacity));
        for (int number = 0; number < capacity; number++)
            Assert.True(table.TrySet(Worlds.Address(number), number));
        Assert.Equal(capacity, table.Count);
        Assert.False(table.TrySet(Worlds.Address(capacity), 1));
        Assert.Equal(LocalTable.Absent, table.Find(Worlds.Address(capacity)));
        for (int number = 0; number < capacity; number++)
            Assert.Equal(number, table.Find(Worlds.Address(number)));
        Assert.True(table.TrySet(Worlds.Address(0), 99));
        Assert.True(table.Remove(Worlds.Address(0)));
        Assert.True(table.TrySet(Worlds.Address(capacity), 1));
        Assert.Equal(1, table.Find(Worlds.Address(capacity)));
    }

    [Fact]
    public void Addresses_whose_buckets_are_full_overflow_and_are_found_until_the_overflow_is_full_too()
    {
        const int Full = 8 + 16;
        LocalTable table = new(64, Worlds.Seed(3));
        List<byte[]> colliding = Colliding(new KeyedHash(Worlds.Seed(3)), bucketMask: 15, Full + 1);
        for (int number = 0; number < Full; number++)
            Assert.True(table.TrySet(colliding[number], number));
        Assert.False(table.TrySet(colliding[Full], 1));
        Assert.Equal(Full, table.Count);
        Assert.Equal(Enumerable.Range(0, Full), colliding.Take(Full).Select(table.FindOf));

        Assert.True(table.TrySet(colliding[20], 500));
        Assert.Equal(500, table.Find(colliding[20]));
        Assert.True(table.Remove(colliding[0]));
        Assert.True(table.TrySet(colliding[Full], 77));
        Assert.Equal(77, table.Find(colliding[Full]));
        foreach (byte[] address in colliding.Skip(1))
            Assert.True(table.Remove(address));
        Assert.Equal(0, table.Count);
        Assert.All(colliding, address => Assert.Equal(LocalTable.Absent, table.Find(address)));
    }

    [Fact]
    public void A_batch_finds_what_single_look_ups_find()
    {
        LocalTable table = new(100, Worlds.Seed(4));
        for (int number = 0; number < 100; number += 2)
            table.TrySet(Worlds.Address(number), number);
        byte[][] addresses = [.. Enumerable.Range(0, 100).Select(Worlds.Address)];
        (byte[] bytes, int[] offsets) = Worlds.Cells(addresses, gap: 12);
        int[] handles = new int[101];
        handles[100] = 12_345;
        table.Find(bytes, offsets, handles);
        for (int number = 0; number < 100; number++)
            Assert.Equal(number % 2 == 0 ? number : LocalTable.Absent, handles[number]);
        Assert.Equal(12_345, handles[100]);
        new LocalTable(1, Worlds.Seed(4)).Find(bytes, offsets, handles);
        Assert.All(handles.Take(100), handle => Assert.Equal(LocalTable.Absent, handle));
    }

    [Fact]
    public void Look_ups_allocate_nothing()
    {
        LocalTable table = new(8, Worlds.Seed(5));
        table.TrySet(Worlds.Address(1), 1);
        (byte[] bytes, int[] offsets) = Worlds.Cells([Worlds.Address(1), Worlds.Address(2)]);
        int[] handles = new int[2];
        table.Find(bytes, offsets, handles);
        Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 10_000; round++)
                table.Find(bytes, offsets, handles);
        });
    }

    [Fact]
    public void Misuse_throws()
    {
        byte[] seed = Worlds.Seed(1);
        LocalTable table = new(1, seed);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalTable(0, seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalTable(Limits.LocalAddresseesMax + 1, seed));
        Assert.Throws<ArgumentException>(() => new LocalTable(1, new byte[31]));
        Assert.Throws<ArgumentException>(() => table.Find(new byte[19]));
        Assert.Throws<ArgumentException>(() => table.TrySet(new byte[21], 0));
        Assert.Throws<ArgumentException>(() => table.Remove([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TrySet(new byte[20], -1));
        Assert.Equal(0, table.Count);
    }

    private static bool EqualsDictionary(int seed)
    {
        Random random = new(seed);
        int capacity = random.Next(1, 40);
        LocalTable table = new(capacity, Worlds.Seed(seed));
        byte[][] pool = [.. Enumerable.Range(0, capacity + 5).Select(_ => Worlds.Address(random))];
        Dictionary<byte[], int> twin = [];
        for (int step = random.Next(1, 120); step > 0; step--)
        {
            byte[] address = pool[random.Next(pool.Length)];
            if (random.Next(3) == 0)
            {
                Assert.Equal(twin.Remove(address), table.Remove(address));
                continue;
            }

            int handle = random.Next();
            bool fits = twin.ContainsKey(address) || twin.Count < capacity;
            Assert.Equal(fits, table.TrySet(address, handle));
            if (fits)
                twin[address] = handle;
        }

        Assert.Equal(twin.Count, table.Count);
        foreach (byte[] address in pool)
            Assert.Equal(twin.GetValueOrDefault(address, LocalTable.Absent), table.Find(address));
        return true;
    }

    /// <summary>Addresses whose two buckets are both bucket 0 under that hash.</summary>
    private static List<byte[]> Colliding(KeyedHash hash, int bucketMask, int count)
    {
        List<byte[]> found = [];
        for (int number = 0; found.Count < count; number++)
        {
            byte[] address = Worlds.Address(number);
            ulong value = hash.Of(
                BitConverter.ToUInt64(address),
                BitConverter.ToUInt64(address, 8),
                BitConverter.ToUInt32(address, 16));
            uint second = ((uint)(value >> 32) * 0x9E3779B1u) >> 5;
            if (((int)value & bucketMask) == 0 && ((int)second & bucketMask) == 0)
                found.Add(address);
        }

        return found;
    }
}

internal static class LocalTableExtensions
{
    public static int FindOf(this LocalTable table, byte[] address) => table.Find(address);
}
