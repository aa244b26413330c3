using Conet.Wire.Addresses;
using Conet.Wire.Bodies;

namespace Conet.Wire.Sealing;

/// <summary>
/// A well-formed envelope: every field is in range and the encoding is the only one that says this. Whether
/// the signature is true and the time is right are asked separately (<see cref="CheckTime"/>,
/// <see cref="IsSignedTo"/>). Body and signature are slices of the bytes it was parsed from; it lives as long
/// as they. Source: docs/SPEC.md, section 5.
/// </summary>
public readonly ref struct Envelope
{
    /// <summary>What the body is.</summary>
    public BodyKind Kind { get; private init; }

    /// <summary>Whether a wallet signed it.</summary>
    public EnvelopeAuth Auth { get; private init; }

    /// <summary>Milliseconds since 1970.</summary>
    public ulong IssuedMs { get; private init; }

    /// <summary>Lifetime in seconds: 1 to 604 800.</summary>
    public uint TtlSec { get; private init; }

    /// <summary>Message id.</summary>
    public MessageId MessageId { get; private init; }

    /// <summary>
    /// Sender, zero in an anonymous envelope. Believe it only after <see cref="IsSignedTo"/>.
    /// </summary>
    public Address From { get; private init; }

    /// <summary>65 bytes r, s, v; zero in an anonymous envelope.</summary>
    public ReadOnlySpan<byte> Signature { get; private init; }

    /// <summary>Body without padding: 0 to 972 bytes.</summary>
    public ReadOnlySpan<byte> Body { get; private init; }

    /// <summary>
    /// First moment at which a recipient refuses it as expired, the grace for skewed clocks included.
    /// </summary>
    public ulong RefusedFromMs => IssuedMs + (1000UL * TtlSec) + Limits.ClockSkewMs;

    /// <summary>
    /// Parses 1092 bytes. <see cref="EnvelopeProblem.None"/> if and only if <paramref name="envelope"/> is
    /// usable. Never throws, whatever the bytes.
    /// </summary>
    public static EnvelopeProblem TryParse(ReadOnlySpan<byte> bytes, out Envelope envelope)
    {
        envelope = default;
        if (!EnvelopeView.TryRead(bytes, out EnvelopeView view))
            return EnvelopeProblem.WrongSize;
        if (view.Version != EnvelopeLayout.Version)
            return EnvelopeProblem.UnknownVersion;
        BodyKind kind = (BodyKind)view.Kind;
        if (!BodyKinds.IsKnown(kind))
            return EnvelopeProblem.UnknownKind;
        EnvelopeAuth auth = (EnvelopeAuth)view.Auth;
        if (auth > EnvelopeAuth.Wallet || !BodyKinds.Allows(kind, auth))
            return EnvelopeProblem.BadAuth;
        if (view.TtlSec is 0 or > Limits.EnvelopeLifetimeSecondsMax)
            return EnvelopeProblem.BadLifetime;
        if (view.BodyLength > EnvelopeLayout.BodyBytesMax)
            return EnvelopeProblem.BadBodyLength;
        if (view.BodyAndPadding[view.BodyLength..].ContainsAnyExcept((byte)0))
            return EnvelopeProblem.BadPadding;
        bool hasSender = !view.From.IsZero;
        bool hasSignature = view.Signature.ContainsAnyExcept((byte)0);
        if (auth == EnvelopeAuth.None ? hasSender || hasSignature : !hasSender)
            return EnvelopeProblem.BadSender;

        envelope = new Envelope
        {
            Kind = kind,
            Auth = auth,
            IssuedMs = view.IssuedMs,
            TtlSec = view.TtlSec,
            MessageId = view.MessageId,
            From = view.From,
            Signature = view.Signature,
            Body = view.BodyAndPadding[..view.BodyLength],
        };
        return EnvelopeProblem.None;
    }

    /// <summary>Judges the time (docs/SPEC.md, section 6.2): None, Early or Expired.</summary>
    /// <param name="nowMs">Milliseconds since 1970 by the recipient's clock.</param>
    public EnvelopeProblem CheckTime(ulong nowMs)
    {
        if (IssuedMs > nowMs && IssuedMs - nowMs > Limits.ClockSkewMs)
            return EnvelopeProblem.Early;
        return nowMs >= RefusedFromMs ? EnvelopeProblem.Expired : EnvelopeProblem.None;
    }

    /// <summary>
    /// True if the signature is by <see cref="From"/> over this envelope, addressed to <paramref name="to"/>
    /// and bound to this HPKE exchange. Always false for an anonymous envelope. Costs one public-key
    /// recovery.
    /// </summary>
    /// <param name="network">The network both sides are on.</param>
    /// <param name="to">Whom the sender addressed: SPEC section 5.1.</param>
    /// <param name="keyCommit">The 32 bytes that <see cref="FirstContactSeal.TryOpen"/> gave.</param>
    public bool IsSignedTo(in NetworkId network, in Address to, ReadOnlySpan<byte> keyCommit)
    {
        if (Auth != EnvelopeAuth.Wallet)
            return false;
        Span<byte> digest = stackalloc byte[Keccak256.Size];
        EnvelopeTypedData.Fields fields = new(From, to, (byte)Kind, IssuedMs, TtlSec, MessageId);
        EnvelopeTypedData.Digest(network, fields, Body, keyCommit, digest);
        return Wallet.TryRecover(digest, Signature, out Address signer) && signer == From;
    }
}
