using System.Buffers.Binary;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Tables;

/// <summary>Tries of more addresses than a shard takes: loaded at once, changed, split.</summary>
public sealed class RouteTrieLoadTests
{
    private const int Whole = RouteTrie.PrefixBitsMax;

    private static readonly byte[] _secret = [.. Enumerable.Range(1, 32).Select(i => (byte)(3 * i))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(RouteShard.AddressesMax + 400_000)]
    public void A_loaded_trie_finds_every_address_with_its_value_and_no_other(int count)
    {
        RouteTrie trie = RouteTrie.Load(_secret, count, Read);
        Assert.Equal(count, trie.AddressCount);
        AssertFinds(trie, count, route => (uint)route);
        Span<byte> address = stackalloc byte[Address.Size];
        for (int stranger = 0; stranger < 10_000; stranger++)
        {
            Write(count + stranger, address);
            Assert.False(trie.TryFind(address, out _));
        }
    }

    [Fact]
    public void A_shard_that_grows_too_large_is_split_and_nothing_is_lost()
    {
        const int Before = RouteShard.AddressesMax / 8 * 7 - 1_000;
        const int Added = 110_000;
        RouteTrie trie = RouteTrie.Load(_secret, Before, Read);
        int shards = trie.Shards.Length;
        byte[] bytes = new byte[Address.Size];
        RouteTrie grown = trie;
        for (int round = 0; round < 3; round++)
        {
            RouteTrieBuilder builder = grown.ToBuilder();
            for (int i = 0; i < Added; i++)
            {
                int route = Before + (round * Added) + i;
                Write(route, bytes);
                builder.Set(new Address(bytes), Whole, (uint)route);
            }

            for (int gone = round; gone < 30_000; gone += 3)
            {
                Write(gone, bytes);
                Assert.True(builder.Remove(new Address(bytes), Whole));
                Assert.False(builder.Remove(new Address(bytes), Whole));
            }

            grown = builder.Build();
        }

        Assert.True(grown.Shards.Length > shards, $"{grown.Shards.Length} shards of {shards}");
        Assert.Equal(Before + (3 * Added) - 30_000, grown.AddressCount);
        AssertFinds(grown, Before + (3 * Added), route => route < 30_000 ? null : (uint)route);
        AssertFinds(trie, Before, route => (uint)route);
    }

    [Fact]
    public void Registered_addresses_with_one_fingerprint_and_one_line_are_never_confused()
    {
        // With a secret of zeros, whatever begins with 1 and zeros has one hash.
        const int Count = 500;
        byte[] Colliding(int number)
        {
            byte[] address = new byte[Address.Size];
            address[0] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(address.AsSpan(12), number);
            return address;
        }

        RouteTrie trie = RouteTrie.Load(new byte[32], Count, (first, addresses, values) =>
        {
            for (int index = 0; index < values.Length; index++)
            {
                Colliding((int)first + index).CopyTo(addresses[(index * Address.Size)..]);
                values[index] = (uint)(first + index);
            }
        });
        for (int round = 0; round < 4; round++)
        {
            RouteTrieBuilder builder = trie.ToBuilder();
            for (int number = round; number < Count; number += 4)
                builder.Set(new Address(Colliding(number)), Whole, (uint)(number + (1_000 * (round + 1))));
            for (int filler = 0; filler < 5_000 * (round % 2); filler++) // so much that leaves are made anew
                builder.Set(new Address(Colliding(Count + filler)), Whole, 7);
            trie = builder.Build();
            for (int number = 0; number < Count; number++)
            {
                int changedIn = number % 4;
                uint expected = (uint)(changedIn <= round ? number + (1_000 * (changedIn + 1)) : number);
                Assert.True(trie.TryFind(Colliding(number), out uint value));
                Assert.Equal(expected, value);
            }
        }

        Assert.Equal(Count + 5_000, trie.AddressCount);
    }

    [Fact]
    public void Look_ups_read_twenty_bytes_a_route_and_all_is_within_forty_eight()
    {
        const int Count = 1_000_000;
        RouteTrie trie = RouteTrie.Load(_secret, Count, Read);
        Assert.InRange((double)trie.LineBytes / Count, 12, 20.1);
        Assert.InRange((double)trie.Bytes / Count, 32, 48);
    }

    [Fact]
    public async Task Readers_see_each_update_of_a_hundred_thousand_changes_whole()
    {
        const int Count = 300_000;
        const int Changes = 100_000;
        RouteTrie current = RouteTrie.Load(_secret, Count, Read);
        using CancellationTokenSource stop = new();
        Task<int> reader = Task.Run(() =>
        {
            int looks = 0;
            byte[] bytes = new byte[Address.Size];
            for (Random random = new(1); !stop.IsCancellationRequested || looks == 0; looks++)
            {
                RouteTrie snapshot = Volatile.Read(ref current);
                uint? first = null;
                for (int i = 0; i < 500; i++)
                {
                    Write(random.Next(Changes), bytes);
                    Assert.True(snapshot.TryFind(bytes, out uint value));
                    uint version = value < Count ? 0 : value - Count;
                    first ??= version;
                    Assert.Equal(first, version);
                }
            }

            return looks;
        });
        byte[] changed = new byte[Address.Size];
        for (uint version = 1; version <= 5; version++)
        {
            RouteTrieBuilder builder = current.ToBuilder();
            for (int route = 0; route < Changes; route++)
            {
                Write(route, changed);
                builder.Set(new Address(changed), Whole, Count + version);
            }

            Volatile.Write(ref current, builder.Build());
        }

        stop.Cancel();
        Assert.True(await reader > 0);
    }

    private static void Read(long first, Span<byte> addresses, Span<uint> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            Write((int)first + index, addresses[(index * Address.Size)..]);
            values[index] = (uint)(first + index);
        }
    }

    /// <summary>An address for each number, the first half of them in a crowd.</summary>
    private static void Write(int route, Span<byte> address)
    {
        ulong high = (ulong)route * 0x9E3779B97F4A7C15;
        BinaryPrimitives.WriteUInt64LittleEndian(address, route % 2 == 0 ? 0xC0C0C0C0C0 : high);
        BinaryPrimitives.WriteUInt64LittleEndian(address[8..], high ^ (high >> 29));
        BinaryPrimitives.WriteInt32LittleEndian(address[16..], route);
    }

    private static void AssertFinds(RouteTrie trie, int count, Func<int, uint?> valueOf)
    {
        const int Batch = 512;
        byte[] cells = new byte[Batch * Address.Size];
        int[] offsets = [.. Enumerable.Range(0, Batch).Select(i => i * Address.Size)];
        uint[] values = new uint[Batch];
        bool[] found = new bool[Batch];
        for (int first = 0; first < count; first += Batch)
        {
            int size = Math.Min(Batch, count - first);
            for (int i = 0; i < size; i++)
                Write(first + i, cells.AsSpan(offsets[i]));
            trie.Find(cells, offsets.AsSpan(0, size), values, found);
            for (int i = 0; i < size; i++)
            {
                if (valueOf(first + i) != (found[i] ? values[i] : null))
                    Assert.Fail($"route {first + i} of {count}");
            }
        }
    }
}
