using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// The node declines a request: requestId (16), reason (2). Source: docs/SPEC.md, section 8.
/// </summary>
/// <param name="RequestId">The message that is answered.</param>
/// <param name="Reason">Why; a value that is not listed is shown as a number.</param>
public readonly record struct RefusedBody(MessageId RequestId, RefusalReason Reason)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = MessageId.Size + 2;

    /// <summary>Parses a body. False unless it has 18 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RefusedBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new RefusedBody(
            new MessageId(bytes[..MessageId.Size]),
            (RefusalReason)BinaryPrimitives.ReadUInt16BigEndian(bytes[MessageId.Size..]));
        return true;
    }

    /// <summary>Writes 18 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[MessageId.Size..], (ushort)Reason);
        return Size;
    }
}
