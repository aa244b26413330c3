using System.Buffers.Binary;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Sealing;

public sealed class EnvelopeTests
{
    private static readonly ulong _now = 1_800_000_000_000;

    private static byte[] Valid(BodyKind kind = BodyKind.Message, int bodyLength = 5)
    {
        byte[] bytes = new byte[EnvelopeLayout.Size];
        byte[] body = new byte[bodyLength];
        body.AsSpan().Fill(7);
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = _now,
            TtlSec = 600,
            MessageId = MessageId.CreateRandom(),
            Body = body,
        };
        EnvelopeWriter.Write(draft, bytes);
        return bytes;
    }

    private static byte[] Changed(Action<byte[]> change)
    {
        byte[] bytes = Valid();
        change(bytes);
        return bytes;
    }

    [Fact]
    public void Offsets_are_those_of_the_specification()
    {
        Assert.Equal(
            [0, 1, 2, 4, 12, 16, 32, 52, 53, 118, 120],
            [
                EnvelopeLayout.VersionOffset, EnvelopeLayout.KindOffset, EnvelopeLayout.FlagsOffset,
                EnvelopeLayout.IssuedMsOffset, EnvelopeLayout.TtlSecOffset, EnvelopeLayout.MessageIdOffset,
                EnvelopeLayout.FromOffset, EnvelopeLayout.AuthOffset, EnvelopeLayout.SignatureOffset,
                EnvelopeLayout.BodyLengthOffset, EnvelopeLayout.BodyOffset,
            ]);
        Assert.Equal(972, EnvelopeLayout.BodyBytesMax);
        Assert.Equal(1108, FirstContactSeal.CiphertextSize);
        Assert.Equal(73, FirstContactSeal.InfoSize);
    }

    [Fact]
    public void What_was_written_is_read()
    {
        byte[] bytes = Valid(bodyLength: 972);
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
        Assert.Equal(BodyKind.Message, envelope.Kind);
        Assert.Equal(_now, envelope.IssuedMs);
        Assert.Equal(600u, envelope.TtlSec);
        Assert.Equal(972, envelope.Body.Length);
        Assert.True(envelope.From.IsZero);
    }

    [Theory]
    [InlineData(EnvelopeLayout.VersionOffset, 0, EnvelopeProblem.UnknownVersion)]
    [InlineData(EnvelopeLayout.VersionOffset, 2, EnvelopeProblem.UnknownVersion)]
    [InlineData(EnvelopeLayout.KindOffset, 0, EnvelopeProblem.UnknownKind)]
    [InlineData(EnvelopeLayout.KindOffset, 5, EnvelopeProblem.UnknownKind)]
    [InlineData(EnvelopeLayout.KindOffset, 0x1A, EnvelopeProblem.UnknownKind)]
    [InlineData(EnvelopeLayout.KindOffset, 0x10, EnvelopeProblem.BadAuth)]
    [InlineData(EnvelopeLayout.AuthOffset, 2, EnvelopeProblem.BadAuth)]
    [InlineData(EnvelopeLayout.AuthOffset, 1, EnvelopeProblem.BadSender)]
    [InlineData(EnvelopeLayout.FromOffset, 1, EnvelopeProblem.BadSender)]
    [InlineData(EnvelopeLayout.SignatureOffset + 64, 27, EnvelopeProblem.BadSender)]
    [InlineData(EnvelopeLayout.TtlSecOffset, 0xFF, EnvelopeProblem.BadLifetime)]
    [InlineData(EnvelopeLayout.BodyLengthOffset, 0x04, EnvelopeProblem.BadBodyLength)]
    [InlineData(EnvelopeLayout.BodyOffset + 5, 1, EnvelopeProblem.BadPadding)]
    [InlineData(EnvelopeLayout.Size - 1, 1, EnvelopeProblem.BadPadding)]
    public void One_wrong_byte_is_named(int offset, int value, EnvelopeProblem expected) =>
        Assert.Equal(expected, Envelope.TryParse(Changed(bytes => bytes[offset] = (byte)value), out _));

    [Fact]
    public void A_lifetime_is_one_second_to_seven_days()
    {
        foreach ((uint ttl, EnvelopeProblem expected) in new[]
        {
            (0u, EnvelopeProblem.BadLifetime), (1u, EnvelopeProblem.None), (604_800u, EnvelopeProblem.None),
            (604_801u, EnvelopeProblem.BadLifetime),
        })
        {
            byte[] bytes = Changed(
                b => BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(EnvelopeLayout.TtlSecOffset), ttl));
            Assert.Equal(expected, Envelope.TryParse(bytes, out _));
        }
    }

    [Fact]
    public void Flags_are_ignored()
    {
        byte[] bytes = Changed(b => b.AsSpan(EnvelopeLayout.FlagsOffset, 2).Fill(0xA5));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out _));
    }

    [Fact]
    public void Time_has_two_minutes_of_grace_on_both_sides()
    {
        Envelope.TryParse(Valid(), out Envelope envelope);
        Assert.Equal(EnvelopeProblem.Early, envelope.CheckTime(_now - 120_001));
        Assert.Equal(EnvelopeProblem.None, envelope.CheckTime(_now - 120_000));
        Assert.Equal(EnvelopeProblem.None, envelope.CheckTime(_now + 719_999));
        Assert.Equal(EnvelopeProblem.Expired, envelope.CheckTime(_now + 720_000));
    }

    [Fact]
    public void A_time_of_issue_at_the_end_of_the_range_is_early_not_expired()
    {
        byte[] bytes = Changed(b => b.AsSpan(EnvelopeLayout.IssuedMsOffset, 8).Fill(0xFF));
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
        Assert.Equal(EnvelopeProblem.Early, envelope.CheckTime(_now));
    }

    [Fact]
    public void Any_bytes_never_throw_and_what_parses_has_one_encoding() =>
        Property.Holds(
            from bytes in Gen.Frequency((1, Property.Bytes(1200)), (2, Property.BytesOf(EnvelopeLayout.Size)))
            from shape in Gen.Choose(0, 3)
            from body in Gen.Choose(0, 972)
            select (bytes, shape, body),
            input =>
            {
                byte[] bytes = (byte[])input.bytes.Clone();
                if (bytes.Length == EnvelopeLayout.Size && input.shape > 0)
                    Shape(bytes, input.shape, input.body);
                if (Envelope.TryParse(bytes, out Envelope envelope) != EnvelopeProblem.None)
                    return true;
                byte[] again = new byte[EnvelopeLayout.Size];
                EnvelopeDraft draft = new()
                {
                    Kind = envelope.Kind,
                    IssuedMs = envelope.IssuedMs,
                    TtlSec = envelope.TtlSec,
                    MessageId = envelope.MessageId,
                    Body = envelope.Body,
                    Flags = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(EnvelopeLayout.FlagsOffset)),
                };
                EnvelopeWriter.Write(draft, again);
                envelope.From.CopyTo(again.AsSpan(EnvelopeLayout.FromOffset));
                again[EnvelopeLayout.AuthOffset] = (byte)envelope.Auth;
                envelope.Signature.CopyTo(again.AsSpan(EnvelopeLayout.SignatureOffset));
                _ = envelope.CheckTime(0);
                _ = envelope.CheckTime(ulong.MaxValue);
                return again.AsSpan().SequenceEqual(bytes);
            });

    /// <summary>Makes random bytes nearly an envelope, so that the deeper checks are reached.</summary>
    private static void Shape(byte[] bytes, int shape, int body)
    {
        bytes[EnvelopeLayout.VersionOffset] = 1;
        bytes[EnvelopeLayout.KindOffset] = (byte)(1 + (bytes[EnvelopeLayout.KindOffset] % 4));
        bytes[EnvelopeLayout.TtlSecOffset] = 0;
        bytes[EnvelopeLayout.TtlSecOffset + 1] = 0;
        bytes[EnvelopeLayout.AuthOffset] = (byte)(shape - 1 > 0 ? 1 : 0);
        if (shape == 1)
            bytes.AsSpan(EnvelopeLayout.FromOffset, 86).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(EnvelopeLayout.BodyLengthOffset), (ushort)body);
        bytes.AsSpan(EnvelopeLayout.BodyOffset + body).Clear();
    }
}
