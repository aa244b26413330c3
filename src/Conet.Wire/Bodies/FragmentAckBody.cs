using System.Buffers.Binary;

namespace Conet.Wire.Bodies;

/// <summary>
/// Which pieces of a message have arrived. The bit map is a slice of what was parsed.
/// <code>
///  0         4       6      8                    948
///  +---------+-------+------+---------------------+
///  | groupId | count | base | bit map, 0..940     |
///  +---------+-------+------+---------------------+
/// </code>
/// Source: docs/SPEC.md, section 7.4.
/// </summary>
public readonly ref struct FragmentAckBody
{
    /// <summary>Bytes before the bit map.</summary>
    public const int HeaderSize = BaseOffset + 2;

    /// <summary>Most bytes a bit map has.</summary>
    public const int BitmapBytesMax = 940;

    private const int GroupIdOffset = 0;
    private const int CountOffset = GroupIdOffset + 4;
    private const int BaseOffset = CountOffset + 2;

    /// <summary>Group id.</summary>
    public uint GroupId { get; private init; }

    /// <summary>Pieces the message has.</summary>
    public int Count { get; private init; }

    /// <summary>Lowest index that has not arrived; <see cref="Count"/> when all have.</summary>
    public int Base { get; private init; }

    /// <summary>Bit i, least significant first: piece Base + i has arrived.</summary>
    public ReadOnlySpan<byte> Bitmap { get; private init; }

    /// <summary>True if that piece is said to have arrived.</summary>
    public bool Has(int index)
    {
        if (index < Base)
            return true;
        int bit = index - Base;
        return bit / 8 < Bitmap.Length && (Bitmap[bit / 8] >> (bit % 8) & 1) != 0;
    }

    /// <summary>Parses a body. False if it is malformed or not canonical; never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out FragmentAckBody body)
    {
        body = default;
        if (bytes.Length < HeaderSize || bytes.Length > HeaderSize + BitmapBytesMax)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[CountOffset..]);
        int first = BinaryPrimitives.ReadUInt16BigEndian(bytes[BaseOffset..]);
        ReadOnlySpan<byte> bitmap = bytes[HeaderSize..];
        if (count < 2 || first > count)
            return false;
        if (!bitmap.IsEmpty && (bitmap[^1] == 0 || (bitmap[0] & 1) != 0))
            return false;
        if (!bitmap.IsEmpty)
        {
            int highest = (8 * (bitmap.Length - 1)) + System.Numerics.BitOperations.Log2(bitmap[^1]);
            if (first + highest >= count)
                return false;
        }

        body = new FragmentAckBody
        {
            GroupId = BinaryPrimitives.ReadUInt32BigEndian(bytes[GroupIdOffset..]),
            Count = count,
            Base = first,
            Bitmap = bitmap,
        };
        return true;
    }

    /// <summary>Writes the acknowledgement of the pieces that <paramref name="arrived"/> marks.</summary>
    /// <param name="groupId">Group id.</param>
    /// <param name="count">Pieces the message has.</param>
    /// <param name="arrived">Bit i of it, least significant first, is piece i; at least count bits.</param>
    /// <param name="destination">At least 948 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(uint groupId, int count, ReadOnlySpan<byte> arrived, Span<byte> destination)
    {
        int first = 0;
        while (first < count && IsSet(arrived, first))
            first++;
        BinaryPrimitives.WriteUInt32BigEndian(destination[GroupIdOffset..], groupId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[CountOffset..], (ushort)count);
        BinaryPrimitives.WriteUInt16BigEndian(destination[BaseOffset..], (ushort)first);
        Span<byte> bitmap = destination.Slice(HeaderSize, BitmapBytesMax);
        bitmap.Clear();
        int end = Math.Min(count, first + (8 * BitmapBytesMax));
        int used = 0;
        for (int index = first + 1; index < end; index++)
        {
            if (!IsSet(arrived, index))
                continue;
            int bit = index - first;
            bitmap[bit / 8] |= (byte)(1 << (bit % 8));
            used = (bit / 8) + 1;
        }

        return HeaderSize + used;
    }

    private static bool IsSet(ReadOnlySpan<byte> bits, int index) =>
        (bits[index / 8] >> (index % 8) & 1) != 0;
}
