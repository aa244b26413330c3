using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Conet.Wire.Addresses;

namespace Conet.Wire.Native;

/// <summary>
/// The secret that decides in which line an address lies, and what its fingerprint is. Users choose their
/// addresses; without the secret they cannot choose lines. 32 bytes from a secure generator, one per table.
/// </summary>
internal readonly struct FingerprintKey
{
    public const int Size = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    public FingerprintKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size)
            throw new ArgumentException("A table's secret has 32 bytes.", nameof(secret));
        _a = BinaryPrimitives.ReadUInt64LittleEndian(secret) | 1;
        _b = BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(secret[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(secret[24..]) | 1;
    }

    /// <summary>Where an address lies before that is scaled, and its fingerprint, never 0.</summary>
    public (ulong Place, ulong Print) Hash(ReadOnlySpan<byte> address)
    {
        ulong place = Hash(
            BinaryPrimitives.ReadUInt64LittleEndian(address),
            BinaryPrimitives.ReadUInt64LittleEndian(address[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(address[16..Address.Size]),
            out ulong print);
        return (place, print);
    }

    /// <summary>The same of an address that is a value.</summary>
    public (ulong Place, ulong Print) Hash(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return Hash(bytes);
    }

    /// <summary>The same of three little-endian words; returns the place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Hash(ulong high, ulong middle, uint low, out ulong print)
    {
        ulong first = Fold(high ^ _a, middle ^ _b);
        ulong second = Fold(low ^ _c, high ^ _d);
        print = (first ^ BitOperations.RotateLeft(second, 32)) | 1;
        return Fold(first ^ _d, second ^ _a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        // The instruction that gives both halves would give the lower one through memory.
        ulong high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(x, y) : Math.BigMul(x, y, out _);
        return high ^ (x * y);
    }
}
