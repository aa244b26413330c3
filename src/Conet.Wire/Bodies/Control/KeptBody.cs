using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// Answer to KEEPALIVE (the renewed lease) and DETACH (0): requestId (16), leaseSec (4).
/// Source: docs/SPEC.md, section 8.
/// </summary>
/// <param name="RequestId">The message that is answered.</param>
/// <param name="LeaseSeconds">Lease from now on; 0 after DETACH.</param>
public readonly record struct KeptBody(MessageId RequestId, uint LeaseSeconds)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = MessageId.Size + 4;

    /// <summary>Parses a body. False unless it has 20 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out KeptBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new KeptBody(
            new MessageId(bytes[..MessageId.Size]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[MessageId.Size..]));
        return true;
    }

    /// <summary>Writes 20 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[MessageId.Size..], LeaseSeconds);
        return Size;
    }
}
