using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// One piece of a bucket's content. The piece is a slice of what was parsed.
/// <code>
///  0           16      18                         972
///  +-----------+-------+--------------------------+
///  | requestId | index | piece: 954, last 1..954  |
///  +-----------+-------+--------------------------+
/// </code>
/// Source: docs/SPEC.md, section 8.1.
/// </summary>
public readonly ref struct BucketPieceBody
{
    /// <summary>Bytes before the piece.</summary>
    public const int HeaderSize = IndexOffset + 2;

    /// <summary>Bytes of every piece but the last.</summary>
    public const int PieceSize = EnvelopeLayout.BodyBytesMax - HeaderSize;

    private const int IndexOffset = MessageId.Size;

    private BucketPieceBody(MessageId requestId, int index, ReadOnlySpan<byte> piece)
    {
        RequestId = requestId;
        Index = index;
        Piece = piece;
    }

    /// <summary>The message that is answered.</summary>
    public MessageId RequestId { get; }

    /// <summary>0 to 65 535.</summary>
    public int Index { get; }

    /// <summary>1 to 954 bytes.</summary>
    public ReadOnlySpan<byte> Piece { get; }

    /// <summary>Pieces that a content of that size is cut into.</summary>
    public static int CountFor(int contentBytes) => (contentBytes + PieceSize - 1) / PieceSize;

    /// <summary>Parses a body. False if it has no piece, or a longer one; never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BucketPieceBody body)
    {
        body = default;
        if (bytes.Length <= HeaderSize || bytes.Length > HeaderSize + PieceSize)
            return false;
        body = new BucketPieceBody(
            new MessageId(bytes[..MessageId.Size]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[IndexOffset..]),
            bytes[HeaderSize..]);
        return true;
    }

    /// <summary>Writes a piece of a content.</summary>
    /// <param name="requestId">The message that is answered.</param>
    /// <param name="index">0 to <see cref="CountFor"/> of the content, exclusive.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="destination">At least 972 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        MessageId requestId, int index, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)index, (uint)CountFor(content.Length), nameof(index));
        requestId.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[IndexOffset..], checked((ushort)index));
        ReadOnlySpan<byte> rest = content[(index * PieceSize)..];
        ReadOnlySpan<byte> piece = rest.Length > PieceSize ? rest[..PieceSize] : rest;
        piece.CopyTo(destination[HeaderSize..]);
        return HeaderSize + piece.Length;
    }
}
