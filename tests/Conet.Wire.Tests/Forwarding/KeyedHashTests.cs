using System.Numerics;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

public sealed class KeyedHashTests
{
    [Fact]
    public void A_seed_decides_where_an_address_falls()
    {
        KeyedHash first = new(Worlds.Seed(1));
        KeyedHash second = new(Worlds.Seed(2));
        int same = 0;
        for (uint number = 0; number < 4_096; number++)
        {
            Assert.Equal(first.Of(1, 2, number), new KeyedHash(Worlds.Seed(1)).Of(1, 2, number));
            if ((first.Of(1, 2, number) & 0xFF) == (second.Of(1, 2, number) & 0xFF))
                same++;
        }

        Assert.InRange(same, 1, 64);
    }

    [Fact]
    public void Each_bit_of_an_address_changes_about_half_of_the_bits_of_its_hash()
    {
        KeyedHash hash = new(Worlds.Seed(3));
        Random random = new(3);
        for (int bit = 0; bit < 160; bit++)
        {
            int changed = 0;
            for (int sample = 0; sample < 200; sample++)
            {
                ulong high = (ulong)random.NextInt64();
                ulong middle = (ulong)random.NextInt64();
                uint low = (uint)random.Next();
                ulong other = hash.Of(
                    high ^ (bit < 64 ? 1UL << bit : 0),
                    middle ^ (bit is >= 64 and < 128 ? 1UL << (bit - 64) : 0),
                    low ^ (bit >= 128 ? 1u << (bit - 128) : 0));
                changed += BitOperations.PopCount(hash.Of(high, middle, low) ^ other);
            }

            Assert.InRange(changed / 200.0, 24, 40);
        }
    }

    [Fact]
    public void Consecutive_addresses_spread_over_the_places()
    {
        KeyedHash hash = new(Worlds.Seed(4));
        int[] low = new int[256];
        int[] tags = new int[256];
        for (uint number = 0; number < 256 * 64; number++)
        {
            ulong value = hash.Of(0, 0, number);
            low[value & 0xFF]++;
            tags[value >> 56]++;
        }

        Assert.All(low, count => Assert.InRange(count, 24, 128));
        Assert.All(tags, count => Assert.InRange(count, 24, 128));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_another_length_throws(int length) =>
        Assert.Throws<ArgumentException>(() => new KeyedHash(new byte[length]));
}
