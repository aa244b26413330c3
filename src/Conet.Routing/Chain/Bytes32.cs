using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Conet.Routing.Chain;

/// <summary>
/// A 32-byte value of the chain: a hash, a storage key, an X25519 public key. Immutable,
/// no heap, compares as bytes.
/// </summary>
public readonly struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) ThrowSize();
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>True when all bytes are zero.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="destination"/> is shorter than 32 bytes.
    /// </exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size) ThrowSize();
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>A new array of the 32 bytes, owned by the caller.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads "0x" and 64 hexadecimal digits; nothing else is accepted.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Bytes32 value)
    {
        value = default;
        Span<byte> ascii = stackalloc byte[2 + 2 * Size];
        if (text.Length != ascii.Length) return false;
        return Encoding.ASCII.TryGetBytes(text, ascii, out int written) && written == ascii.Length
            && TryParseHexUtf8(ascii, out value);
    }

    /// <summary>Reads "0x" and 64 hexadecimal digits in UTF-8; nothing else is accepted.</summary>
    public static bool TryParseHexUtf8(ReadOnlySpan<byte> text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool read = HexText.TryReadData(text, bytes);
        value = read ? new Bytes32(bytes) : default;
        return read;
    }

    /// <summary>The same 32 bytes read as a big-endian number.</summary>
    public UInt256 ToUInt256()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return UInt256.FromBigEndian(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Bytes32 other && Equals(other);

    /// <summary>Hash with a seed per process.</summary>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <inheritdoc/>
    public int CompareTo(Bytes32 other)
    {
        int order = _a.CompareTo(other._a);
        if (order == 0) order = _b.CompareTo(other._b);
        if (order == 0) order = _c.CompareTo(other._c);
        if (order == 0) order = _d.CompareTo(other._d);
        return order;
    }

    /// <summary>"0x" and 64 lower-case digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return HexText.Format(bytes);
    }

    /// <summary>Equality of all 32 bytes.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Inequality of any of the 32 bytes.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);

    private static void ThrowSize() => throw new ArgumentException("32 bytes are needed.");
}
