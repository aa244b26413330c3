using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// The prefixes of one length. Not changed once it is part of a trie. Looked up by fingerprints, as whole
/// addresses are; the dictionary makes the next one and decides where two collide.
/// </summary>
/// <param name="Bits">1 to 159.</param>
/// <param name="Values">By prefix, the bits after it zero.</param>
internal sealed record PrefixTable(int Bits, Dictionary<Address, uint> Values)
{
    private FingerprintLines _lines = new(1);

    /// <summary>The first bits of an address, the rest zero.</summary>
    public static Address Mask(in Address address, int bits)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        Mask(bytes, bits);
        return new Address(bytes);
    }

    /// <summary>The same table with fingerprints of what it holds now.</summary>
    /// <param name="key">The trie's.</param>
    public PrefixTable WithLines(FingerprintKey key)
    {
        FingerprintLines lines = new(1 + (Values.Count / 2));
        foreach ((Address prefix, uint value) in Values)
        {
            (ulong place, ulong print) = key.Hash(prefix);
            lines.TryInsert(place, print, value); // refused: its line is marked, then the dictionary decides
        }

        return this with { _lines = lines };
    }

    /// <summary>Finds the prefix of this length that an address lies under.</summary>
    /// <param name="key">What the fingerprints were made with.</param>
    /// <param name="address">A whole one, 20 bytes.</param>
    /// <param name="value">The prefix's value; 0 for none.</param>
    public bool TryFind(FingerprintKey key, ReadOnlySpan<byte> address, out uint value)
    {
        Span<byte> prefix = stackalloc byte[Address.Size];
        address.CopyTo(prefix);
        Mask(prefix, Bits);
        (ulong place, ulong print) = key.Hash(prefix);
        bool isFound = _lines.TryFind(place, print, out value, out bool isMarked);
        GC.KeepAlive(_lines);
        return isMarked ? Values.TryGetValue(new Address(prefix), out value) : isFound;
    }

    private static void Mask(Span<byte> address, int bits)
    {
        int whole = bits / 8;
        if (whole == Address.Size)
            return;
        address[whole] &= (byte)(0xFF00 >> (bits % 8));
        address[(whole + 1)..].Clear();
    }
}
