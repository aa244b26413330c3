using System.Buffers.Binary;

namespace Conet.Wire.Addresses;

/// <summary>
/// The first 0 to 32 bits of an address, and so all addresses that begin with them. As bytes: bits (1), value
/// (4, big-endian, from the most significant bit on, the rest zero). A plain value.
/// </summary>
public readonly record struct AddressPrefix
{
    /// <summary>Most bits: 2^32 prefixes are enough for 10^12 wallets.</summary>
    public const int BitsMax = 32;

    /// <summary>Bytes of a prefix on the wire.</summary>
    public const int Size = 1 + sizeof(uint);

    private AddressPrefix(int bits, uint value)
    {
        Bits = bits;
        Value = value;
    }

    /// <summary>0 to 32.</summary>
    public int Bits { get; }

    /// <summary>The bits, from the most significant one on; the rest zero.</summary>
    public uint Value { get; }

    /// <summary>The first address of the prefix, in order: its bits, then zeros.</summary>
    public Address Lowest
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Address.Size];
            bytes.Clear();
            BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);
            return new Address(bytes);
        }
    }

    /// <summary>The prefix of an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="bits">0 to 32.</param>
    public static AddressPrefix Of(in Address address, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, BitsMax);
        return new AddressPrefix(bits, First(address) & Mask(bits));
    }

    /// <summary>Reads five bytes. False if there are others, over 32 bits, or a bit beyond them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AddressPrefix prefix)
    {
        prefix = default;
        if (bytes.Length != Size || bytes[0] > BitsMax)
            return false;
        uint value = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        if ((value & ~Mask(bytes[0])) != 0)
            return false;
        prefix = new AddressPrefix(bytes[0], value);
        return true;
    }

    /// <summary>Writes five bytes; <paramref name="destination"/> may be longer.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Bits;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], Value);
    }

    /// <summary>Whether an address begins with these bits.</summary>
    public bool Contains(in Address address) => (First(address) & Mask(Bits)) == Value;

    /// <summary>Whether every address of another prefix begins with these bits.</summary>
    public bool Contains(in AddressPrefix other) => other.Bits >= Bits && (other.Value & Mask(Bits)) == Value;

    /// <summary>The first of these bits.</summary>
    /// <param name="bits">0 to <see cref="Bits"/>.</param>
    public AddressPrefix Shorten(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, Bits);
        return new AddressPrefix(bits, Value & Mask(bits));
    }

    private static uint Mask(int bits) => bits == 0 ? 0 : uint.MaxValue << (BitsMax - bits);

    private static uint First(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
