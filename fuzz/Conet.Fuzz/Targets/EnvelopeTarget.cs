using System.Buffers.Binary;
using Conet.Fuzz.Core;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// The envelope's parser against a slow one, its writer, and the parsers of the bodies inside.
/// </summary>
internal sealed class EnvelopeTarget : IFuzzTarget
{
    public string Name => "envelope";

    public string Summary =>
        "Envelope against a slow twin; accepted means written again the same; then its body";

    public int InputBytesMax => EnvelopeLayout.Size + 64;

    public int UsualBytes => EnvelopeLayout.Size;

    public IEnumerable<byte[]> Seeds =>
    [
        .. Samples.Kinds.Select(Samples.Envelope),
        Samples.Envelope(BodyKind.Message, new byte[972], isSigned: true),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        EnvelopeProblem problem = Envelope.TryParse(input, out Envelope envelope);
        bool accepted = problem == EnvelopeProblem.None;
        Check(accepted == IsRight(input), $"the slow twin judges otherwise than {problem}");
        if (!accepted)
            return false;
        CheckWrittenAgain(input, envelope);
        CheckTimes(envelope);
        BodyCheck.OfKind(envelope.Kind, envelope.Body);
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => EnvelopeChanges.TryMutate(input, random);

    public void Repair(FuzzBuffer input, FuzzRandom random) => EnvelopeChanges.Repair(input, random);

    /// <summary>Section 5 of the specification, read byte by byte.</summary>
    private static bool IsRight(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 1092 || bytes[0] != 1)
            return false;
        bool isAuthFree = bytes[1] is >= 1 and <= 4;
        bool mustSign = bytes[1] is 0x10 or 0x20;
        bool mustNotSign = bytes[1] is (>= 0x11 and <= 0x19) or 0x1F or 0x21 or (>= 0x30 and <= 0x33);
        if (!isAuthFree && !mustSign && !mustNotSign)
            return false;
        long ttl = ((long)bytes[12] << 24) | (long)(bytes[13] << 16) | (long)(bytes[14] << 8) | bytes[15];
        if (ttl < 1 || ttl > 604_800 || bytes[52] > 1)
            return false;
        bool isSigned = bytes[52] == 1;
        if ((mustSign && !isSigned) || (mustNotSign && isSigned))
            return false;
        bool hasSender = false, hasSignature = false;
        for (int i = 32; i < 52; i++)
            hasSender |= bytes[i] != 0;
        for (int i = 53; i < 118; i++)
            hasSignature |= bytes[i] != 0;
        if (isSigned ? !hasSender : hasSender || hasSignature)
            return false;
        int body = (bytes[118] << 8) | bytes[119];
        if (body > 972)
            return false;
        for (int i = 120 + body; i < 1092; i++)
        {
            if (bytes[i] != 0)
                return false;
        }

        return true;
    }

    private static void CheckWrittenAgain(ReadOnlySpan<byte> input, in Envelope envelope)
    {
        byte[] again = new byte[EnvelopeLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = envelope.Kind,
            IssuedMs = envelope.IssuedMs,
            TtlSec = envelope.TtlSec,
            MessageId = envelope.MessageId,
            Body = envelope.Body,
            Flags = BinaryPrimitives.ReadUInt16BigEndian(input[EnvelopeLayout.FlagsOffset..]),
        };
        EnvelopeWriter.Write(draft, again);
        envelope.From.CopyTo(again.AsSpan(EnvelopeLayout.FromOffset));
        again[EnvelopeLayout.AuthOffset] = (byte)envelope.Auth;
        envelope.Signature.CopyTo(again.AsSpan(EnvelopeLayout.SignatureOffset));
        Check(input.SequenceEqual(again), "what was accepted is not what would be written");
    }

    private static void CheckTimes(in Envelope envelope)
    {
        ReadOnlySpan<ulong> times = [0, Samples.NowMs, Samples.NowMs + 1_000_000, ulong.MaxValue];
        foreach (ulong now in times)
        {
            UInt128 issued = envelope.IssuedMs;
            UInt128 end = UInt128.Min(issued + (1000 * (UInt128)envelope.TtlSec) + 120_000, ulong.MaxValue);
            EnvelopeProblem expected = issued > (UInt128)now + 120_000 ? EnvelopeProblem.Early
                : now >= end ? EnvelopeProblem.Expired : EnvelopeProblem.None;
            EnvelopeProblem actual = envelope.CheckTime(now);
            Check(actual == expected, $"at {now} the time is {expected}, not {actual}");
        }
    }
}
