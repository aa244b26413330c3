using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>The prefixes of one length. Not changed once it is part of a trie.</summary>
/// <param name="Bits">1 to 159.</param>
/// <param name="Values">By prefix, the bits after it zero.</param>
internal sealed record PrefixTable(int Bits, Dictionary<Address, uint> Values)
{
    /// <summary>The first bits of an address, the rest zero.</summary>
    public static Address Mask(in Address address, int bits)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        int whole = bits / 8;
        if (whole == Address.Size)
            return address;
        bytes[whole] &= (byte)(0xFF00 >> (bits % 8));
        bytes[(whole + 1)..].Clear();
        return new Address(bytes);
    }
}
