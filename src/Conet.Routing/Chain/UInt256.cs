using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Conet.Routing.Chain;

/// <summary>
/// An unsigned 256-bit number as the EVM has it. Immutable, no heap. Conversion and comparison
/// only: arithmetic on amounts is done in <see cref="UInt128"/> or <see cref="BigInteger"/>,
/// where overflow is visible.
/// </summary>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly UInt128 _high, _low;

    /// <summary>A number from its two halves.</summary>
    public UInt256(UInt128 high, UInt128 low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>Zero.</summary>
    public static UInt256 Zero => default;

    /// <summary>2^256 - 1.</summary>
    public static UInt256 MaxValue => new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Bits 128 to 255.</summary>
    public UInt128 High => _high;

    /// <summary>Bits 0 to 127.</summary>
    public UInt128 Low => _low;

    /// <summary>True for zero.</summary>
    public bool IsZero => _high == 0 && _low == 0;

    /// <summary>Reads up to 32 big-endian bytes; leading zeros are allowed.</summary>
    /// <exception cref="ArgumentException">More than 32 bytes.</exception>
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Size) throw new ArgumentException("At most 32 bytes.", nameof(bytes));
        Span<byte> padded = stackalloc byte[Size];
        padded.Clear();
        bytes.CopyTo(padded[(Size - bytes.Length)..]);
        return new UInt256(
            BinaryPrimitives.ReadUInt128BigEndian(padded),
            BinaryPrimitives.ReadUInt128BigEndian(padded[16..]));
    }

    /// <summary>Writes 32 big-endian bytes.</summary>
    public void WriteBigEndian(Span<byte> destination32)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination32[16..], _low);
        BinaryPrimitives.WriteUInt128BigEndian(destination32, _high);
    }

    /// <summary>The same bits as 32 big-endian bytes.</summary>
    public Bytes32 ToBytes32()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteBigEndian(bytes);
        return new Bytes32(bytes);
    }

    /// <summary>False when the number needs more than 64 bits.</summary>
    public bool TryToUInt64(out ulong value)
    {
        value = (ulong)_low;
        return _high == 0 && _low <= ulong.MaxValue;
    }

    /// <summary>False when the number needs more than 128 bits.</summary>
    public bool TryToUInt128(out UInt128 value)
    {
        value = _low;
        return _high == 0;
    }

    /// <summary>False when <paramref name="value"/> is negative or needs more than 256 bits.</summary>
    public static bool TryFromBigInteger(BigInteger value, out UInt256 number)
    {
        Span<byte> bytes = stackalloc byte[Size];
        number = default;
        if (value.Sign < 0
            || !value.TryWriteBytes(bytes, out int written, isUnsigned: true, isBigEndian: true))
            return false;
        number = FromBigEndian(bytes[..written]);
        return true;
    }

    /// <summary>The number as a <see cref="BigInteger"/>.</summary>
    public BigInteger ToBigInteger() => ((BigInteger)_high << 128) | (BigInteger)_low;

    /// <summary>"0x" text without leading zeros, "0x0" for zero, as JSON-RPC writes quantities.</summary>
    public string ToHexQuantity() => _high == 0
        ? "0x" + _low.ToString("x", null)
        : "0x" + _high.ToString("x", null) + _low.ToString("x32", null);

    /// <inheritdoc/>
    public bool Equals(UInt256 other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UInt256 other && Equals(other);

    /// <summary>Hash with a seed per process.</summary>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <inheritdoc/>
    public int CompareTo(UInt256 other)
    {
        int order = _high.CompareTo(other._high);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    /// <summary>Decimal digits.</summary>
    public override string ToString() => ToBigInteger().ToString();

    /// <summary>Widens 64 bits.</summary>
    public static implicit operator UInt256(ulong value) => new(0, value);

    /// <summary>Widens 128 bits.</summary>
    public static implicit operator UInt256(UInt128 value) => new(0, value);

    /// <summary>Equality.</summary>
    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);

    /// <summary>Order as numbers.</summary>
    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    /// <summary>Order as numbers.</summary>
    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    /// <summary>Order as numbers.</summary>
    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    /// <summary>Order as numbers.</summary>
    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;
}
