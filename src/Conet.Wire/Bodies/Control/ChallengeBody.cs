using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies.Control;

/// <summary>
/// A challenge, or the confirmation that repeats it: requestId (16), challenge (32). The challenge is a slice
/// of what was parsed. Source: docs/SPEC.md, section 8.
/// </summary>
public readonly ref struct ChallengeBody
{
    /// <summary>Bytes of the body.</summary>
    public const int Size = MessageId.Size + ChallengeSize;

    /// <summary>Bytes of the challenge.</summary>
    public const int ChallengeSize = 32;

    /// <summary>The message that is answered.</summary>
    public MessageId RequestId { get; private init; }

    /// <summary>What the client must repeat.</summary>
    public ReadOnlySpan<byte> Challenge { get; private init; }

    /// <summary>Parses a body. False unless it has 48 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ChallengeBody body)
    {
        body = default;
        if (bytes.Length != Size)
            return false;
        body = new ChallengeBody
        {
            RequestId = new MessageId(bytes[..MessageId.Size]),
            Challenge = bytes[MessageId.Size..],
        };
        return true;
    }

    /// <summary>Writes 48 bytes.</summary>
    public static int Write(MessageId requestId, ReadOnlySpan<byte> challenge, Span<byte> destination)
    {
        requestId.CopyTo(destination);
        challenge[..ChallengeSize].CopyTo(destination[MessageId.Size..]);
        return Size;
    }
}
