using Conet.Wire.Addresses;

namespace Conet.Wire.Tests.Addresses;

/// <summary>Prefixes against their bits as text.</summary>
public sealed class AddressPrefixTests
{
    [Fact]
    public void A_prefix_is_the_first_bits_of_its_addresses()
    {
        int seed = Environment.TickCount & 0xFFFF;
        Random random = new(seed);
        for (int i = 0; i < 2_000; i++)
        {
            Address address = Draw(random), near = Near(random, address);
            int bits = random.Next(AddressPrefix.BitsMax + 1);
            AddressPrefix prefix = AddressPrefix.Of(address, bits);
            string why = $"seed {seed}, case {i}: {bits} bits of {address} and {near}";
            Assert.True(bits == prefix.Bits && prefix.Contains(address), why);
            Assert.True(prefix.Contains(near) == (Text(near)[..bits] == Text(address)[..bits]), why);
            Assert.True(Text(prefix.Lowest) == Text(address)[..bits].PadRight(160, '0'), why);

            int fewer = random.Next(bits + 1);
            AddressPrefix shorter = prefix.Shorten(fewer);
            Assert.Equal(AddressPrefix.Of(address, fewer), shorter);
            Assert.True(shorter.Contains(prefix), why);
            Assert.True(prefix.Contains(shorter) == (fewer == bits), why);
        }
    }

    [Fact]
    public void A_prefix_has_one_encoding()
    {
        int seed = Environment.TickCount & 0xFFFF;
        Random random = new(seed);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(20) == 0 ? random.Next(8) : AddressPrefix.Size];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
                bytes[0] = (byte)random.Next(36);
            if (bytes.Length == AddressPrefix.Size && random.Next(2) == 0)
                bytes.AsSpan(1 + random.Next(4)).Clear();
            if (!AddressPrefix.TryParse(bytes, out AddressPrefix prefix))
                continue;
            byte[] again = new byte[AddressPrefix.Size];
            prefix.Write(again);
            Assert.True(bytes.AsSpan().SequenceEqual(again), $"seed {seed}, case {i}");
            accepted++;
        }

        Assert.InRange(accepted, 100, 19_000);
    }

    [Fact]
    public void Bits_out_of_range_are_a_mistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AddressPrefix.Of(default, 33));
        Assert.Throws<ArgumentOutOfRangeException>(() => AddressPrefix.Of(default, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AddressPrefix.Of(default, 5).Shorten(6));
    }

    private static Address Draw(Random random)
    {
        byte[] bytes = new byte[Address.Size];
        random.NextBytes(bytes);
        return new Address(bytes);
    }

    /// <summary>The same address but for one bit, most often one of the first.</summary>
    private static Address Near(Random random, in Address address)
    {
        byte[] bytes = address.ToArray();
        int bit = random.Next(random.Next(4) == 0 ? 160 : 34);
        bytes[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return new Address(bytes);
    }

    private static string Text(in Address address) =>
        string.Concat(address.ToArray().Select(part => Convert.ToString(part, 2).PadLeft(8, '0')));
}
