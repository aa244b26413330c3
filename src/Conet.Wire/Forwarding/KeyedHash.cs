using System.Buffers.Binary;

namespace Conet.Wire.Forwarding;

/// <summary>
/// A fast keyed hash of 20-byte addresses: two 64 x 64 multiplications, folded. Users choose their addresses,
/// so a table whose places they could compute would be theirs to fill; without the seed they cannot. Not a
/// cryptographic hash: it never leaves the process.
/// </summary>
internal readonly struct KeyedHash
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedSize = 32;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    public KeyedHash(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"A seed has {SeedSize} bytes.", nameof(seed));
        _first = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        _second = BinaryPrimitives.ReadUInt64LittleEndian(seed[8..]);
        _third = BinaryPrimitives.ReadUInt64LittleEndian(seed[16..]);
        _fourth = BinaryPrimitives.ReadUInt64LittleEndian(seed[24..]) | 1;
    }

    public ulong Of(ulong high, ulong middle, uint low) =>
        Fold(Fold(high ^ _first, middle ^ _second) ^ low ^ _third, _fourth);

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
