using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using FsCheck;
using FsCheck.Fluent;

namespace Conet.Routing.Tests.Tables;

public sealed class RouteTrieTests
{
    private static readonly byte[] _secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <summary>Few distinct bytes, so that prefixes nest and addresses meet.</summary>
    private static byte[] Draw(Random random)
    {
        byte[] bytes = new byte[Address.Size];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => random.Next(4) });
        return bytes;
    }

    private static int DrawBits(Random random) => random.Next(4) switch
    {
        0 => 160,
        1 => 32,
        _ => random.Next(1, 161),
    };

    [Fact]
    public void It_equals_its_slow_twin_under_random_inserts_removals_and_lookups() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10_000),
            Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
            {
                Random random = new(seed);
                SlowTrie twin = new();
                RouteTrie trie = RouteTrie.Create(_secret);
                for (int round = 0; round < 3; round++)
                {
                    RouteTrieBuilder builder = trie.ToBuilder();
                    for (int i = random.Next(12); i > 0; i--)
                    {
                        byte[] prefix = Draw(random);
                        int bits = DrawBits(random);
                        if (random.Next(3) > 0)
                        {
                            uint value = (uint)random.Next();
                            builder.Set(new Address(prefix), bits, value);
                            twin.Set(prefix, bits, value);
                        }
                        else if (builder.Remove(new Address(prefix), bits) != twin.Remove(prefix, bits))
                        {
                            return false;
                        }
                    }

                    trie = builder.Build();
                    if (!Agree(trie, twin, random))
                        return false;
                }

                return trie.AddressCount + trie.PrefixCount == twin.Count;
            }));

    private static bool Agree(RouteTrie trie, SlowTrie twin, Random random)
    {
        byte[] cells = new byte[8 * 40];
        int[] offsets = new int[8];
        uint[] values = new uint[8];
        bool[] found = new bool[8];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = (i * 40) + random.Next(20);
            Draw(random).CopyTo(cells, offsets[i]);
        }

        trie.Find(cells, offsets, values, found);
        for (int i = 0; i < offsets.Length; i++)
        {
            byte[] address = cells[offsets[i]..(offsets[i] + 20)];
            uint? expected = twin.Find(address);
            bool isFound = trie.TryFind(address, out uint value);
            if (isFound != expected.HasValue || found[i] != isFound)
                return false;
            if (isFound && (value != expected || values[i] != expected))
                return false;
        }

        return true;
    }

    [Fact]
    public void Nested_prefixes_of_every_length_are_found_from_the_longest_that_is_left()
    {
        byte[] spine = new byte[Address.Size];
        new Random(5).NextBytes(spine);
        RouteTrieBuilder builder = RouteTrie.Create(_secret).ToBuilder();
        for (int bits = 1; bits <= RouteTrie.PrefixBitsMax; bits++)
            builder.Set(new Address(spine), bits, (uint)bits);
        RouteTrie trie = builder.Build();
        for (int longest = RouteTrie.PrefixBitsMax; longest >= 1; longest -= 13)
        {
            for (int shared = 0; shared <= RouteTrie.PrefixBitsMax; shared++)
            {
                byte[] address = [.. spine];
                if (shared < RouteTrie.PrefixBitsMax)
                    address[shared / 8] ^= (byte)(0x80 >> (shared % 8));
                uint expected = (uint)Math.Min(shared, longest);
                Assert.Equal(expected > 0, trie.TryFind(address, out uint value));
                Assert.Equal(expected, expected > 0 ? value : 0);
            }

            RouteTrieBuilder next = trie.ToBuilder();
            for (int bits = longest; bits > longest - 13 && bits >= 1; bits--)
                Assert.True(next.Remove(new Address(spine), bits));
            trie = next.Build();
        }

        Assert.Equal(0, trie.AddressCount + trie.PrefixCount);
    }

    [Fact]
    public void A_crowd_of_addresses_that_share_forty_bits_is_found_and_strangers_are_not()
    {
        Random random = new(7);
        RouteTrie trie = RouteTrie.Create(_secret);
        Dictionary<Address, uint> twin = [];
        for (int round = 0; round < 4; round++)
        {
            RouteTrieBuilder builder = trie.ToBuilder();
            for (int i = 0; i < 25_000; i++)
            {
                Address address = Crowded(random);
                twin[address] = (uint)i;
                builder.Set(address, 160, (uint)i);
            }

            foreach (Address gone in twin.Keys.Where((_, i) => i % 10 == round).ToArray())
            {
                Assert.True(builder.Remove(gone, 160));
                twin.Remove(gone);
            }

            trie = builder.Build();
        }

        Assert.Equal(twin.Count, trie.AddressCount);
        byte[] bytes = new byte[Address.Size];
        foreach ((Address address, uint expected) in twin)
        {
            address.CopyTo(bytes);
            Assert.True(trie.TryFind(bytes, out uint value));
            Assert.Equal(expected, value);
        }

        for (int i = 0; i < 100_000; i++)
        {
            Address stranger = Crowded(random);
            stranger.CopyTo(bytes);
            Assert.Equal(twin.ContainsKey(stranger), trie.TryFind(bytes, out _));
        }

        static Address Crowded(Random random)
        {
            byte[] bytes = new byte[Address.Size];
            random.NextBytes(bytes);
            bytes.AsSpan(0, 5).Fill(0xC0);
            return new Address(bytes);
        }
    }

    [Fact]
    public void An_older_instance_stays_as_it_was_while_newer_ones_are_made()
    {
        Random random = new(3);
        List<(RouteTrie Trie, Dictionary<Address, uint> Twin)> versions = [(RouteTrie.Create(_secret), [])];
        for (int version = 1; version < 30; version++)
        {
            (RouteTrie last, Dictionary<Address, uint> known) = versions[^1];
            RouteTrieBuilder builder = last.ToBuilder();
            Dictionary<Address, uint> twin = new(known);
            for (int i = 0; i < 200; i++)
            {
                byte[] bytes = new byte[Address.Size];
                random.NextBytes(bytes);
                Address address = random.Next(4) == 0 && known.Count > 0
                    ? known.Keys.ElementAt(random.Next(known.Count))
                    : new Address(bytes);
                if (random.Next(3) == 0)
                {
                    Assert.Equal(twin.Remove(address), builder.Remove(address, 160));
                    continue;
                }

                twin[address] = (uint)version;
                builder.Set(address, 160, (uint)version);
            }

            versions.Add((builder.Build(), twin));
        }

        byte[] key = new byte[Address.Size];
        foreach ((RouteTrie trie, Dictionary<Address, uint> twin) in versions)
        {
            Assert.Equal(twin.Count, trie.AddressCount);
            foreach ((Address address, uint expected) in versions[^1].Twin.Concat(twin))
            {
                address.CopyTo(key);
                bool isFound = trie.TryFind(key, out uint value);
                Assert.Equal(twin.TryGetValue(address, out uint known), isFound);
                Assert.Equal(known, isFound ? value : 0);
                _ = expected;
            }
        }
    }

    [Fact]
    public async Task Readers_never_see_half_an_update()
    {
        const int Wallets = 500;
        Address[] addresses = [
            .. Enumerable.Range(0, Wallets).Select(i => NodeAddress.Home(new NodeId((uint)i + 1), default))];
        RouteTrie current = RouteTrie.Create(_secret);
        using CancellationTokenSource stop = new();
        Task reader = Task.Run(() =>
        {
            byte[] bytes = new byte[Address.Size];
            long looks = 0;
            while (!stop.IsCancellationRequested || looks == 0)
            {
                RouteTrie snapshot = Volatile.Read(ref current);
                uint? first = null;
                foreach (Address address in addresses)
                {
                    address.CopyTo(bytes);
                    uint? value = snapshot.TryFind(bytes, out uint found) ? found : null;
                    first ??= value;
                    Assert.Equal(first, value);
                }

                looks++;
            }
        });
        for (uint version = 1; version <= 300; version++)
        {
            RouteTrieBuilder builder = current.ToBuilder();
            foreach (Address address in addresses)
                builder.Set(address, 160, version);
            Volatile.Write(ref current, builder.Build());
        }

        stop.Cancel();
        await reader;
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        RouteTrieBuilder builder = RouteTrie.Create(_secret).ToBuilder();
        for (uint i = 1; i < 1_000; i++)
            builder.Set(NodeAddress.Home(new NodeId(i), default), i % 3 == 0 ? 32 : 160, i);
        RouteTrie trie = builder.Build();
        byte[] cells = new byte[64 * Address.Size];
        int[] offsets = [.. Enumerable.Range(0, 64).Select(i => i * Address.Size)];
        for (int i = 0; i < 64; i++)
            NodeAddress.Home(new NodeId((uint)(1 + (i * 20))), default).CopyTo(cells.AsSpan(offsets[i]));
        uint[] values = new uint[64];
        bool[] found = new bool[64];
        for (int i = 0; i < 100; i++)
            trie.Find(cells, offsets, values, found);
        long allocated = long.MaxValue;
        for (int run = 0; run < 5 && allocated != 0; run++) // the runtime takes some of its own at times
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
                trie.Find(cells, offsets, values, found);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Assert.Contains(true, found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(161)]
    [InlineData(-1)]
    public void A_prefix_has_1_to_160_bits(int bits)
    {
        RouteTrieBuilder builder = RouteTrie.Create(_secret).ToBuilder();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Set(default, bits, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Remove(default, bits));
    }
}
