using System.Buffers.Binary;

namespace Conet.Wire.Bodies;

/// <summary>
/// One piece of a message body that does not fit a cell. The piece is a slice of what was parsed.
/// <code>
///  0         4       6       8                         972
///  +---------+-------+-------+--------------------------+
///  | groupId | index | count | piece: 964, last 1..964  |
///  +---------+-------+-------+--------------------------+
/// </code>
/// Source: docs/SPEC.md, section 7.3.
/// </summary>
public readonly ref struct FragmentBody
{
    /// <summary>Bytes before the piece.</summary>
    public const int HeaderSize = CountOffset + 2;

    /// <summary>Bytes of every piece but the last.</summary>
    public const int PieceSize = Sealing.EnvelopeLayout.BodyBytesMax - HeaderSize;

    /// <summary>Most pieces a message can have.</summary>
    public const int CountMax = ushort.MaxValue;

    private const int GroupIdOffset = 0;
    private const int IndexOffset = GroupIdOffset + 4;
    private const int CountOffset = IndexOffset + 2;

    /// <summary>Random, one per message.</summary>
    public uint GroupId { get; private init; }

    /// <summary>0 to count - 1.</summary>
    public int Index { get; private init; }

    /// <summary>2 to 65 535.</summary>
    public int Count { get; private init; }

    /// <summary>964 bytes; 1 to 964 in the last.</summary>
    public ReadOnlySpan<byte> Piece { get; private init; }

    /// <summary>Pieces that a message body of that size is cut into.</summary>
    public static int CountFor(int messageBodyBytes) => (messageBodyBytes + PieceSize - 1) / PieceSize;

    /// <summary>Parses a body. False if it is malformed; never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out FragmentBody body)
    {
        body = default;
        if (bytes.Length <= HeaderSize || bytes.Length > HeaderSize + PieceSize)
            return false;
        int index = BinaryPrimitives.ReadUInt16BigEndian(bytes[IndexOffset..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[CountOffset..]);
        if (count < 2 || index >= count)
            return false;
        if (index < count - 1 && bytes.Length != HeaderSize + PieceSize)
            return false;
        body = new FragmentBody
        {
            GroupId = BinaryPrimitives.ReadUInt32BigEndian(bytes[GroupIdOffset..]),
            Index = index,
            Count = count,
            Piece = bytes[HeaderSize..],
        };
        return true;
    }

    /// <summary>Writes piece <paramref name="index"/> of a message body.</summary>
    /// <param name="groupId">Group id.</param>
    /// <param name="index">
    /// 0 to count - 1, where count is <see cref="CountFor"/> of the body's length.
    /// </param>
    /// <param name="messageBody">The whole message body, longer than 972 bytes.</param>
    /// <param name="destination">At least 972 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(uint groupId, int index, ReadOnlySpan<byte> messageBody, Span<byte> destination)
    {
        int count = CountFor(messageBody.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CountMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
        BinaryPrimitives.WriteUInt32BigEndian(destination[GroupIdOffset..], groupId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[IndexOffset..], (ushort)index);
        BinaryPrimitives.WriteUInt16BigEndian(destination[CountOffset..], (ushort)count);
        ReadOnlySpan<byte> rest = messageBody[(index * PieceSize)..];
        ReadOnlySpan<byte> piece = rest.Length > PieceSize ? rest[..PieceSize] : rest;
        piece.CopyTo(destination[HeaderSize..]);
        return HeaderSize + piece.Length;
    }
}
