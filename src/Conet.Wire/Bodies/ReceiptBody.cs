using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies;

/// <summary>
/// Says that a message was handed to the application.
/// <code>
///  0       16           24             56
///  +-------+------------+--------------+
///  | msgId | receivedMs | Keccak(body) |
///  +-------+------------+--------------+
/// </code>
/// The hash is a slice of what was parsed. Source: docs/SPEC.md, section 7.5.
/// </summary>
public readonly ref struct ReceiptBody
{
    /// <summary>Bytes of a receipt.</summary>
    public const int Size = HashOffset + HashSize;

    /// <summary>Bytes of the hash.</summary>
    public const int HashSize = 32;

    private const int ReceivedMsOffset = MessageId.Size;
    private const int HashOffset = ReceivedMsOffset + 8;

    /// <summary>The message it is about.</summary>
    public MessageId MessageId { get; private init; }

    /// <summary>Milliseconds since 1970 by the recipient's clock.</summary>
    public ulong ReceivedMs { get; private init; }

    /// <summary>Keccak-256 of the whole message body.</summary>
    public ReadOnlySpan<byte> BodyHash { get; private init; }

    /// <summary>Parses a body. False unless it has 56 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ReceiptBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new ReceiptBody
        {
            MessageId = new MessageId(bytes[..MessageId.Size]),
            ReceivedMs = BinaryPrimitives.ReadUInt64BigEndian(bytes[ReceivedMsOffset..]),
            BodyHash = bytes[HashOffset..],
        };
        return true;
    }

    /// <summary>Writes 56 bytes.</summary>
    public static int Write(
        MessageId id, ulong receivedMs, ReadOnlySpan<byte> bodyHash, Span<byte> destination)
    {
        id.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ReceivedMsOffset..], receivedMs);
        bodyHash[..HashSize].CopyTo(destination[HashOffset..]);
        return Size;
    }
}
