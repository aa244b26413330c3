using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;
using FsCheck;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Sealing;

/// <summary>Writer against view and parsed value, for every kind and field.</summary>
public sealed class EnvelopeRoundTripTests
{
    private static readonly Wallet _wallet = Wallet.Create();
    private static readonly NetworkId _network = new(31337, _wallet.Address);

    private static readonly Gen<(byte Kind, ushort Flags, byte[] Times, byte[] Id, byte[] Body)> _drafts =
        from kind in Gen.Elements(Enum.GetValues<BodyKind>())
        from flags in Gen.Choose(0, ushort.MaxValue)
        from times in Property.BytesOf(12)
        from id in Property.BytesOf(MessageId.Size)
        from body in Property.Bytes(EnvelopeLayout.BodyBytesMax)
        select ((byte)kind, (ushort)flags, times, id, body);

    [Fact]
    public void What_a_writer_writes_view_and_parser_read() =>
        Property.Holds(_drafts, input =>
        {
            EnvelopeDraft draft = Draft(input);
            byte[] bytes = new byte[EnvelopeLayout.Size];
            bytes.AsSpan().Fill(0xEE);
            EnvelopeWriter.Write(draft, bytes);
            if (!IsViewed(bytes, draft, default))
                return false;
            if (!BodyKinds.Allows(draft.Kind, EnvelopeAuth.None))
                return Envelope.TryParse(bytes, out _) == EnvelopeProblem.BadAuth;
            return Envelope.TryParse(bytes, out Envelope envelope) == EnvelopeProblem.None
                && IsParsed(envelope, draft, EnvelopeAuth.None, default);
        });

    [Fact]
    public void A_signed_one_names_its_wallet_and_its_signature_covers_each_field() =>
        Property.Holds(
            from draft in _drafts
            from bit in Gen.Choose(0, (8 * EnvelopeLayout.Size) - 1)
            select (draft, bit),
            input =>
            {
                EnvelopeDraft draft = Draft(input.draft);
                byte[] bytes = new byte[EnvelopeLayout.Size];
                byte[] keyCommit = Keccak256.Hash(input.draft.Id);
                EnvelopeWriter.Write(draft, bytes);
                EnvelopeWriter.Sign(_wallet, _network, draft, keyCommit, bytes);
                if (!IsViewed(bytes, draft, _wallet.Address))
                    return false;
                if (!BodyKinds.Allows(draft.Kind, EnvelopeAuth.Wallet))
                    return Envelope.TryParse(bytes, out _) == EnvelopeProblem.BadAuth;
                if (Envelope.TryParse(bytes, out Envelope envelope) != EnvelopeProblem.None
                    || !IsParsed(envelope, draft, EnvelopeAuth.Wallet, _wallet.Address)
                    || !envelope.IsSignedTo(_network, _wallet.Address, keyCommit))
                {
                    return false;
                }

                bytes[input.bit / 8] ^= (byte)(1 << (input.bit % 8));
                bool isFlag = input.bit / 8 is EnvelopeLayout.FlagsOffset or EnvelopeLayout.FlagsOffset + 1;
                bool isSigned = Envelope.TryParse(bytes, out Envelope changed) == EnvelopeProblem.None
                    && changed.IsSignedTo(_network, _wallet.Address, keyCommit);
                return isSigned == isFlag;
            },
            cases: 2_000);

    [Fact]
    public void Misuse_of_the_writer_throws()
    {
        byte[] bytes = new byte[EnvelopeLayout.Size];
        Assert.Throws<ArgumentException>(() => Write(ttlSec: 0, bodyLength: 0, bytes));
        Assert.Throws<ArgumentException>(() => Write(ttlSec: 604_801, bodyLength: 0, bytes));
        Assert.Throws<ArgumentException>(() => Write(ttlSec: 1, bodyLength: 973, bytes));
        Assert.Throws<ArgumentException>(() => Write(ttlSec: 1, bodyLength: 0, new byte[1093]));
        Write(ttlSec: 604_800, bodyLength: 972, bytes);
    }

    private static void Write(uint ttlSec, int bodyLength, byte[] bytes) =>
        EnvelopeWriter.Write(
            new EnvelopeDraft
            {
                Kind = BodyKind.Message,
                IssuedMs = 1,
                TtlSec = ttlSec,
                MessageId = default,
                Body = new byte[bodyLength],
            },
            bytes);

    private static EnvelopeDraft Draft(
        (byte Kind, ushort Flags, byte[] Times, byte[] Id, byte[] Body) input) => new()
    {
        Kind = (BodyKind)input.Kind,
        Flags = input.Flags,
        IssuedMs = BitConverter.ToUInt64(input.Times),
        TtlSec = 1 + (BitConverter.ToUInt32(input.Times, 8) % Limits.EnvelopeLifetimeSecondsMax),
        MessageId = new MessageId(input.Id),
        To = _wallet.Address,
        Body = input.Body,
    };

    private static bool IsViewed(byte[] bytes, in EnvelopeDraft draft, in Address from) =>
        EnvelopeView.TryRead(bytes, out EnvelopeView view)
        && view.Version == 1
        && view.Kind == (byte)draft.Kind
        && view.Flags == draft.Flags
        && view.IssuedMs == draft.IssuedMs
        && view.TtlSec == draft.TtlSec
        && view.MessageId == draft.MessageId
        && view.From == from
        && view.Auth == (from.IsZero ? 0 : 1)
        && view.Signature.ContainsAnyExcept((byte)0) == !from.IsZero
        && view.BodyLength == draft.Body.Length
        && view.BodyAndPadding[..draft.Body.Length].SequenceEqual(draft.Body)
        && !view.BodyAndPadding[draft.Body.Length..].ContainsAnyExcept((byte)0);

    private static bool IsParsed(
        in Envelope envelope, in EnvelopeDraft draft, EnvelopeAuth auth, in Address from) =>
        envelope.Kind == draft.Kind
        && envelope.Auth == auth
        && envelope.IssuedMs == draft.IssuedMs
        && envelope.TtlSec == draft.TtlSec
        && envelope.MessageId == draft.MessageId
        && envelope.From == from
        && envelope.Body.SequenceEqual(draft.Body);
}
