using System.Buffers.Binary;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// The node is now a home of the client: requestId (16), token (16), leaseSec (4), aliasesMax (2).
/// Source: docs/SPEC.md, section 8.
/// </summary>
/// <param name="RequestId">Message id of the ATTACH.</param>
/// <param name="Token">Shows later requests to be the client's.</param>
/// <param name="LeaseSeconds">Lease granted.</param>
/// <param name="AliasesMax">Aliases the client may hold.</param>
public readonly record struct AttachedBody(
    MessageId RequestId, AttachToken Token, uint LeaseSeconds, ushort AliasesMax)
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = AliasesMaxOffset + 2;

    private const int TokenOffset = MessageId.Size;
    private const int LeaseOffset = TokenOffset + AttachToken.Size;
    private const int AliasesMaxOffset = LeaseOffset + 4;

    /// <summary>Parses a body. False unless it has 38 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AttachedBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new AttachedBody(
            new MessageId(bytes[..MessageId.Size]),
            new AttachToken(bytes[TokenOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[LeaseOffset..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[AliasesMaxOffset..]));
        return true;
    }

    /// <summary>Writes 38 bytes.</summary>
    public int Write(Span<byte> destination)
    {
        RequestId.CopyTo(destination);
        Token.CopyTo(destination[TokenOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LeaseOffset..], LeaseSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(destination[AliasesMaxOffset..], AliasesMax);
        return Size;
    }
}
