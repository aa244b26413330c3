using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// A checked look at the 1092 bytes of an envelope: safe, not wise. It judges nothing but the length; use
/// <see cref="Envelope.TryParse"/> for what may be believed. Holds no copy.
/// </summary>
public readonly ref struct EnvelopeView
{
    private readonly ReadOnlySpan<byte> _bytes;

    private EnvelopeView(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Version byte.</summary>
    public byte Version => _bytes[EnvelopeLayout.VersionOffset];

    /// <summary>Kind byte, whether known or not.</summary>
    public byte Kind => _bytes[EnvelopeLayout.KindOffset];

    /// <summary>Flags; no bit is defined.</summary>
    public ushort Flags => BinaryPrimitives.ReadUInt16BigEndian(_bytes[EnvelopeLayout.FlagsOffset..]);

    /// <summary>Milliseconds since 1970 at which the sender says it wrote this.</summary>
    public ulong IssuedMs => BinaryPrimitives.ReadUInt64BigEndian(_bytes[EnvelopeLayout.IssuedMsOffset..]);

    /// <summary>Lifetime in seconds.</summary>
    public uint TtlSec => BinaryPrimitives.ReadUInt32BigEndian(_bytes[EnvelopeLayout.TtlSecOffset..]);

    /// <summary>Message id.</summary>
    public MessageId MessageId => new(_bytes.Slice(EnvelopeLayout.MessageIdOffset, MessageId.Size));

    /// <summary>Sender as claimed.</summary>
    public Address From => new(_bytes.Slice(EnvelopeLayout.FromOffset, Address.Size));

    /// <summary>Auth byte, whether known or not.</summary>
    public byte Auth => _bytes[EnvelopeLayout.AuthOffset];

    /// <summary>The 65 bytes r, s, v.</summary>
    public ReadOnlySpan<byte> Signature =>
        _bytes.Slice(EnvelopeLayout.SignatureOffset, EnvelopeLayout.SignatureSize);

    /// <summary>Length of the body as written; may exceed what fits.</summary>
    public ushort BodyLength =>
        BinaryPrimitives.ReadUInt16BigEndian(_bytes[EnvelopeLayout.BodyLengthOffset..]);

    /// <summary>All 972 bytes of room: body and padding.</summary>
    public ReadOnlySpan<byte> BodyAndPadding => _bytes[EnvelopeLayout.BodyOffset..];

    /// <summary>Makes a view. False unless the bytes are exactly 1092 long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EnvelopeView view)
    {
        if (bytes.Length != EnvelopeLayout.Size)
        {
            view = default;
            return false;
        }

        view = new EnvelopeView(bytes);
        return true;
    }
}
