using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A node is there: requestId (16), receivedMs (8). The body of the PROBE itself is a
/// <see cref="ReplyBlock"/> whose alias is the prober's own address. Source: docs/SPEC.md, section 9.
/// </summary>
/// <param name="RequestId">Message id of the probe.</param>
/// <param name="ReceivedMs">Milliseconds since 1970 by the answering node's clock.</param>
public readonly record struct ProbeAnswerBody(MessageId RequestId, ulong ReceivedMs)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = MessageId.Size + 8;

    /// <summary>Parses a body. False unless it has 24 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ProbeAnswerBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new ProbeAnswerBody(
            new MessageId(bytes[..MessageId.Size]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[MessageId.Size..]));
        return true;
    }

    /// <summary>Writes 24 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[MessageId.Size..], ReceivedMs);
        return Size;
    }
}
