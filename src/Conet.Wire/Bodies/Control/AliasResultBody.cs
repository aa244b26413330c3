using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// Which entries of a registration or revocation are in force: requestId (16), accepted (4).
/// Source: docs/SPEC.md, section 8.
/// </summary>
/// <param name="RequestId">The message that is answered.</param>
/// <param name="Accepted">Bit i, the least significant first, is entry i.</param>
public readonly record struct AliasResultBody(MessageId RequestId, uint Accepted)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = MessageId.Size + 4;

    /// <summary>Parses a body. False unless it has 20 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AliasResultBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new AliasResultBody(
            new MessageId(bytes[..MessageId.Size]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[MessageId.Size..]));
        return true;
    }

    /// <summary>Writes 20 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[MessageId.Size..], Accepted);
        return Size;
    }
}
