using System.Buffers.Binary;
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

    /// <summary>Leaf number before it is reduced, and fingerprint; the fingerprint is never 0.</summary>
    public (ulong Place, ulong Print) Hash(ReadOnlySpan<byte> address)
    {
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(address);
        ulong middle = BinaryPrimitives.ReadUInt64LittleEndian(address[8..]);
        ulong low = BinaryPrimitives.ReadUInt32LittleEndian(address[16..Address.Size]);
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

    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
