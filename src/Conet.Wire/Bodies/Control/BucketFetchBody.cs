using System.Buffers.Binary;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A client asks for pieces of a bucket's content.
/// <code>
///  0       16          32      34       38
///  +-------+-----------+-------+--------+
///  | token | contentId | first | wanted |
///  +-------+-----------+-------+--------+
/// </code>
/// The id is a slice of what was parsed. Source: docs/SPEC.md, section 8.1.
/// </summary>
public readonly ref struct BucketFetchBody
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = WantedOffset + 4;

    /// <summary>Bytes of a content id: the first of its Keccak-256.</summary>
    public const int ContentIdSize = 16;

    /// <summary>Most pieces of one request.</summary>
    public const int PiecesMax = 32;

    private const int ContentIdOffset = AttachToken.Size;
    private const int FirstOffset = ContentIdOffset + ContentIdSize;
    private const int WantedOffset = FirstOffset + 2;

    private BucketFetchBody(AttachToken token, ReadOnlySpan<byte> contentId, int first, uint wanted)
    {
        Token = token;
        ContentId = contentId;
        First = first;
        Wanted = wanted;
    }

    /// <summary>Token of the client's attachment.</summary>
    public AttachToken Token { get; }

    /// <summary>First 16 bytes of the content's Keccak-256.</summary>
    public ReadOnlySpan<byte> ContentId { get; }

    /// <summary>Index of the first piece meant, 0 to 65 535.</summary>
    public int First { get; }

    /// <summary>Bit i, 0 the least significant: piece First + i is wanted. Not zero.</summary>
    public uint Wanted { get; }

    /// <summary>Parses a body. False unless it has 38 bytes and wants a piece.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BucketFetchBody body)
    {
        body = default;
        if (bytes.Length != Size || BinaryPrimitives.ReadUInt32BigEndian(bytes[WantedOffset..]) == 0)
            return false;
        body = new BucketFetchBody(
            new AttachToken(bytes),
            bytes.Slice(ContentIdOffset, ContentIdSize),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[FirstOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[WantedOffset..]));
        return true;
    }

    /// <summary>Writes a body.</summary>
    /// <param name="token">Token of the attachment.</param>
    /// <param name="contentId">16 bytes.</param>
    /// <param name="first">0 to 65 535.</param>
    /// <param name="wanted">Not zero.</param>
    /// <param name="destination">At least 38 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        AttachToken token, ReadOnlySpan<byte> contentId, int first, uint wanted, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfZero(wanted);
        token.CopyTo(destination);
        contentId[..ContentIdSize].CopyTo(destination[ContentIdOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[FirstOffset..], checked((ushort)first));
        BinaryPrimitives.WriteUInt32BigEndian(destination[WantedOffset..], wanted);
        return Size;
    }
}
