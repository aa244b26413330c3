using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// Where things lie in an envelope, the plaintext of a first-contact seal. Offsets and sizes in bytes.
/// <code>
///  0   1    2      4         12      16      32     52    53          118      120        1092
///  +---+----+------+---------+-------+-------+------+-----+-----------+--------+----------+
///  |ver|kind|flags |issuedMs |ttlSec |msgId  |from  |auth |signature  |bodyLen |body, zero|
///  +---+----+------+---------+-------+-------+------+-----+-----------+--------+----------+
/// </code>
/// Source: docs/SPEC.md, section 5.
/// </summary>
public static class EnvelopeLayout
{
    /// <summary>The one version there is.</summary>
    public const byte Version = 1;

    /// <summary>Offset of the version (1 byte).</summary>
    public const int VersionOffset = 0;

    /// <summary>Offset of the kind (1 byte).</summary>
    public const int KindOffset = VersionOffset + 1;

    /// <summary>Offset of the flags (2 bytes; random, ignored).</summary>
    public const int FlagsOffset = KindOffset + 1;

    /// <summary>Offset of issuedMs (8 bytes).</summary>
    public const int IssuedMsOffset = FlagsOffset + 2;

    /// <summary>Offset of ttlSec (4 bytes).</summary>
    public const int TtlSecOffset = IssuedMsOffset + 8;

    /// <summary>Offset of the message id (16 bytes).</summary>
    public const int MessageIdOffset = TtlSecOffset + 4;

    /// <summary>Offset of the sender's address (20 bytes).</summary>
    public const int FromOffset = MessageIdOffset + MessageId.Size;

    /// <summary>Offset of auth (1 byte).</summary>
    public const int AuthOffset = FromOffset + Address.Size;

    /// <summary>Offset of the signature.</summary>
    public const int SignatureOffset = AuthOffset + 1;

    /// <summary>Bytes of the signature: r, s, v.</summary>
    public const int SignatureSize = 65;

    /// <summary>Offset of the body's length (2 bytes).</summary>
    public const int BodyLengthOffset = SignatureOffset + SignatureSize;

    /// <summary>Offset of the body.</summary>
    public const int BodyOffset = BodyLengthOffset + 2;

    /// <summary>Bytes of an envelope, always.</summary>
    public const int Size = 1092;

    /// <summary>Most bytes a body may have.</summary>
    public const int BodyBytesMax = Size - BodyOffset;
}
