using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Conet.Wire.Addresses;

/// <summary>
/// 20 bytes: a wallet address, or an address under a node. A plain value without heap; any thread.
/// Text is 0x and 40 hex digits; mixed case must be the checksum of EIP-55. Source: docs/SPEC.md, section 2.
/// </summary>
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>Bytes of an address.</summary>
    public const int Size = 20;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <summary>Reads an address from exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("An address has 20 bytes.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>True if all 20 bytes are zero.</summary>
    public bool IsZero => (_high | _middle | _low) == 0;

    /// <summary>Writes the 20 bytes; <paramref name="destination"/> may be longer.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>The 20 bytes in an array of their own.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>
    /// Reads 0x and 40 hex digits. All lower and all upper case are accepted; mixed case must be right by
    /// EIP-55.
    /// </summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Address address) =>
        AddressText.TryParse(text, out address);

    /// <summary>0x and 40 hex digits with the EIP-55 checksum.</summary>
    public override string ToString() => AddressText.FormatChecksummed(this);

    /// <summary>0x and 40 lower-case hex digits.</summary>
    public string ToHex() => AddressText.FormatLower(this);

    /// <inheritdoc/>
    public bool Equals(Address other) =>
        _high == other._high && _middle == other._middle && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    /// <summary>
    /// Hash with a key of this process: users choose addresses, and must not choose our buckets.
    /// </summary>
    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return ProcessHash.Of(bytes);
    }

    /// <summary>Order of the bytes read as one big-endian number.</summary>
    public int CompareTo(Address other)
    {
        int order = _high.CompareTo(other._high);
        if (order == 0)
            order = _middle.CompareTo(other._middle);
        return order == 0 ? _low.CompareTo(other._low) : order;
    }

    /// <summary>Same 20 bytes.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Not the same 20 bytes.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>Smaller as a big-endian number.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Larger as a big-endian number.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Smaller or equal.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Larger or equal.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
