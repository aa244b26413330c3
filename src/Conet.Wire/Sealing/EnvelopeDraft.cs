using Conet.Wire.Addresses;
using Conet.Wire.Bodies;

namespace Conet.Wire.Sealing;

/// <summary>
/// What a sender wants to say, before it is sealed. The body is borrowed for the call that seals it.
/// </summary>
public readonly ref struct EnvelopeDraft
{
    /// <summary>What the body is.</summary>
    public required BodyKind Kind { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required ulong IssuedMs { get; init; }

    /// <summary>Lifetime in seconds: 1 to 604 800.</summary>
    public required uint TtlSec { get; init; }

    /// <summary>Message id; kept when the message is repeated.</summary>
    public required MessageId MessageId { get; init; }

    /// <summary>Whom the signature names (SPEC section 5.1). Unused without a signer.</summary>
    public Address To { get; init; }

    /// <summary>0 to 972 bytes.</summary>
    public required ReadOnlySpan<byte> Body { get; init; }

    /// <summary>Fills the flags; any value means the same. Random is best.</summary>
    public ushort Flags { get; init; }
}
