using System.Buffers.Binary;
using Conet.Fuzz.Core;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Fuzz.Targets;

/// <summary>Changes of one field of an envelope at a time.</summary>
internal static class EnvelopeChanges
{
    private static readonly (int Offset, int Size)[] _fields =
    [
        (EnvelopeLayout.VersionOffset, 1), (EnvelopeLayout.KindOffset, 1), (EnvelopeLayout.FlagsOffset, 2),
        (EnvelopeLayout.IssuedMsOffset, 8), (EnvelopeLayout.TtlSecOffset, 4),
        (EnvelopeLayout.MessageIdOffset, 16),
        (EnvelopeLayout.FromOffset, 20), (EnvelopeLayout.AuthOffset, 1), (EnvelopeLayout.SignatureOffset, 65),
        (EnvelopeLayout.BodyLengthOffset, 2),
    ];

    public static bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length != EnvelopeLayout.Size)
            return false;
        Span<byte> bytes = input.Bytes;
        switch (random.Below(6))
        {
            case 0:
                (int offset, int size) = random.Pick(_fields);
                random.Fill(bytes.Slice(offset, size));
                break;
            case 1:
                (offset, size) = random.Pick(_fields);
                bytes.Slice(offset, size).Fill(random.OneIn(2) ? (byte)0 : (byte)0xFF);
                break;
            case 2:
                bytes[EnvelopeLayout.KindOffset] = (byte)random.Pick(Samples.Kinds);
                break;
            case 3:
                SetBodyLength(bytes, random.Below(EnvelopeLayout.BodyBytesMax + 3));
                break;
            case 4:
                BodyKind kind = random.Pick(Samples.Kinds);
                byte[] body = Samples.Body(kind);
                bytes[EnvelopeLayout.KindOffset] = (byte)kind;
                SetBodyLength(bytes, body.Length);
                body.CopyTo(bytes[EnvelopeLayout.BodyOffset..]);
                break;
            default:
                int at = random.Below(BodyLength(bytes));
                bytes[EnvelopeLayout.BodyOffset + at] = (byte)random.Next();
                break;
        }

        return true;
    }

    /// <summary>
    /// Makes padding, sender and auth right most of the time, so that one wrong field is what is left.
    /// </summary>
    public static void Repair(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length != EnvelopeLayout.Size || random.OneIn(4))
            return;
        Span<byte> bytes = input.Bytes;
        if (!random.OneIn(8))
            bytes[(EnvelopeLayout.BodyOffset + BodyLength(bytes))..].Clear();
        if (random.OneIn(8))
            return;
        BodyKind kind = (BodyKind)bytes[EnvelopeLayout.KindOffset];
        bool mustSign = !BodyKinds.Allows(kind, EnvelopeAuth.None);
        bool isSigned = mustSign || (BodyKinds.Allows(kind, EnvelopeAuth.Wallet) && random.OneIn(2));
        bytes[EnvelopeLayout.AuthOffset] = isSigned ? (byte)1 : (byte)0;
        if (isSigned)
        {
            bytes[EnvelopeLayout.FromOffset] |= 1;
            return;
        }

        bytes.Slice(EnvelopeLayout.FromOffset, 20).Clear();
        bytes.Slice(EnvelopeLayout.SignatureOffset, EnvelopeLayout.SignatureSize).Clear();
    }

    private static int BodyLength(ReadOnlySpan<byte> bytes)
    {
        int written = BinaryPrimitives.ReadUInt16BigEndian(bytes[EnvelopeLayout.BodyLengthOffset..]);
        return Math.Min(written, EnvelopeLayout.BodyBytesMax);
    }

    private static void SetBodyLength(Span<byte> bytes, int length) =>
        BinaryPrimitives.WriteUInt16BigEndian(bytes[EnvelopeLayout.BodyLengthOffset..], (ushort)length);
}
