using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// The prefixes of one length. Not changed once it is part of a trie. Most destinations lie under none of
/// them, so a filter of fingerprints is asked first.
/// </summary>
/// <param name="Bits">1 to 159.</param>
/// <param name="Values">By prefix, the bits after it zero.</param>
internal sealed record PrefixTable(int Bits, Dictionary<Address, uint> Values)
{
    private FingerprintLines _filter = new(1);

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

    /// <summary>The same table with a filter of what it holds now.</summary>
    /// <param name="key">The trie's.</param>
    public PrefixTable WithFilter(FingerprintKey key)
    {
        FingerprintLines filter = new(1 + (Values.Count / 2));
        foreach (Address prefix in Values.Keys)
        {
            (ulong place, ulong print) = key.Hash(prefix);
            filter.TryInsert(place, print, 0); // refused: its line is marked, which says "perhaps" as well
        }

        return this with { _filter = filter };
    }

    /// <summary>Finds the prefix of this length that an address lies under.</summary>
    /// <param name="key">What the filter was made with.</param>
    /// <param name="address">A whole one.</param>
    /// <param name="value">The prefix's value; 0 for none.</param>
    public bool TryFind(FingerprintKey key, in Address address, out uint value)
    {
        Address prefix = Mask(address, Bits);
        (ulong place, ulong print) = key.Hash(prefix);
        bool isPossible = _filter.TryFind(place, print, out _, out bool isMarked) || isMarked;
        GC.KeepAlive(_filter);
        value = 0;
        return isPossible && Values.TryGetValue(prefix, out value);
    }
}
