using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// The secret that decides in which leaf an address lies. Users choose their addresses; without the secret
/// they cannot choose leaves. 32 bytes from a secure generator, one per table.
/// </summary>
internal readonly struct RouteTrieKey
{
    public const int Size = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    public RouteTrieKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size)
            throw new ArgumentException("A table's secret has 32 bytes.", nameof(secret));
        _a = BinaryPrimitives.ReadUInt64LittleEndian(secret) | 1;
        _b = BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(secret[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(secret[24..]) | 1;
    }

    /// <summary>Where an address lies before that is scaled, and its fingerprint, never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (ulong Place, ulong Print) Hash(ReadOnlySpan<byte> address)
    {
        ReadOnlySpan<byte> whole = address[..Address.Size];
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(whole);
        ulong middle = BinaryPrimitives.ReadUInt64LittleEndian(whole[8..]);
        ulong low = BinaryPrimitives.ReadUInt32LittleEndian(whole[16..]);
        ulong first = Fold(high ^ _a, middle ^ _b);
        ulong second = Fold(low ^ _c, high ^ _d);
        ulong place = Fold(first ^ _d, second ^ _a);
        ulong print = Fold(second ^ _b, first ^ middle ^ _c);
        return (place, print == 0 ? 1 : print);
    }

    /// <summary>The same of an address that is a value.</summary>
    public (ulong Place, ulong Print) Hash(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return Hash(bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        // The instruction that gives both halves would give the lower one through memory.
        ulong high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(x, y) : Math.BigMul(x, y, out _);
        return high ^ (x * y);
    }
}
