using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>Writes the one encoding of an envelope. The span it writes to stays the caller's.</summary>
public static class EnvelopeWriter
{
    /// <summary>
    /// Writes an anonymous envelope: sender and signature zero. <see cref="Sign"/> makes it a signed one.
    /// </summary>
    /// <param name="draft">Its ranges must be right.</param>
    /// <param name="bytes">Exactly 1092 bytes; every one is written.</param>
    /// <exception cref="ArgumentException">
    /// The draft is out of range or the span has another length.
    /// </exception>
    public static void Write(in EnvelopeDraft draft, Span<byte> bytes)
    {
        if (bytes.Length != EnvelopeLayout.Size)
            throw new ArgumentException("An envelope has 1092 bytes.", nameof(bytes));
        if (draft.Body.Length > EnvelopeLayout.BodyBytesMax)
            throw new ArgumentException("A body has at most 972 bytes.", nameof(draft));
        if (draft.TtlSec is 0 or > Limits.EnvelopeLifetimeSecondsMax)
            throw new ArgumentException("A lifetime is 1 to 604800 seconds.", nameof(draft));
        bytes.Clear();
        bytes[EnvelopeLayout.VersionOffset] = EnvelopeLayout.Version;
        bytes[EnvelopeLayout.KindOffset] = (byte)draft.Kind;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[EnvelopeLayout.FlagsOffset..], draft.Flags);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[EnvelopeLayout.IssuedMsOffset..], draft.IssuedMs);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[EnvelopeLayout.TtlSecOffset..], draft.TtlSec);
        draft.MessageId.CopyTo(bytes[EnvelopeLayout.MessageIdOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(
            bytes[EnvelopeLayout.BodyLengthOffset..], (ushort)draft.Body.Length);
        draft.Body.CopyTo(bytes[EnvelopeLayout.BodyOffset..]);
    }

    /// <summary>Puts sender, auth and signature into an envelope that <see cref="Write"/> wrote.</summary>
    /// <param name="signer">The sender's wallet.</param>
    /// <param name="network">Network the signature is for.</param>
    /// <param name="draft">The same draft.</param>
    /// <param name="keyCommit">32 bytes of this HPKE exchange.</param>
    /// <param name="bytes">The envelope.</param>
    public static void Sign(
        Wallet signer,
        in NetworkId network,
        in EnvelopeDraft draft,
        ReadOnlySpan<byte> keyCommit,
        Span<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Keccak256.Size];
        EnvelopeTypedData.Fields fields = new(
            signer.Address, draft.To, (byte)draft.Kind, draft.IssuedMs, draft.TtlSec, draft.MessageId);
        EnvelopeTypedData.Digest(network, fields, draft.Body, keyCommit, digest);
        signer.Address.CopyTo(bytes[EnvelopeLayout.FromOffset..]);
        bytes[EnvelopeLayout.AuthOffset] = (byte)EnvelopeAuth.Wallet;
        signer.Sign(digest, bytes.Slice(EnvelopeLayout.SignatureOffset, EnvelopeLayout.SignatureSize));
    }
}
