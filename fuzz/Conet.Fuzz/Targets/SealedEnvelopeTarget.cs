using Conet.Fuzz.Core;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// What a hostile sender can do: any plaintext, properly sealed to the recipient. The input is the plaintext;
/// it is sealed, opened again and taken through what a recipient does, down to the body.
/// </summary>
internal sealed class SealedEnvelopeTarget : IFuzzTarget
{
    private static readonly byte[] _keyMaterial = Samples.Pattern(32, 0x77);

    public string Name => "sealed-envelope";

    public string Summary =>
        "altered plaintexts sealed with a known key: open, parse, judge time and signature, body";

    public int InputBytesMax => EnvelopeLayout.Size;

    public int UsualBytes => EnvelopeLayout.Size;

    public IEnumerable<byte[]> Seeds => Samples.Kinds.Select(Samples.Envelope);

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.Length != EnvelopeLayout.Size)
            return false;
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        Seal(input, cell);
        Span<byte> opened = stackalloc byte[EnvelopeLayout.Size];
        Span<byte> keyCommit = stackalloc byte[FirstContactSeal.KeyCommitSize];
        Check(
            FirstContactSeal.TryOpen(Samples.Network, cell, Samples.Key, opened, keyCommit),
            "what was sealed does not open");
        Check(input.SequenceEqual(opened), "what was opened is not what was sealed");
        if (Envelope.TryParse(opened, out Envelope envelope) != EnvelopeProblem.None)
            return false;
        if (envelope.CheckTime(Samples.NowMs) != EnvelopeProblem.None)
            return false;
        if (envelope.Auth == EnvelopeAuth.Wallet)
        {
            Check(
                !envelope.IsSignedTo(Samples.Network, Samples.Recipient, keyCommit),
                "a signature by nobody was believed");
        }

        return BodyCheck.OfKind(envelope.Kind, envelope.Body);
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => EnvelopeChanges.TryMutate(input, random);

    public void Repair(FuzzBuffer input, FuzzRandom random) => EnvelopeChanges.Repair(input, random);

    private static void Seal(ReadOnlySpan<byte> plaintext, Span<byte> cell)
    {
        Samples.Recipient.CopyTo(cell);
        Span<byte> info = stackalloc byte[FirstContactSeal.InfoSize];
        FirstContactSeal.WriteInfo(Samples.Network, Samples.Key.PublicKey, info);
        Span<byte> enc = cell.Slice(FirstContactSeal.EncOffset, FirstContactSeal.EncSize);
        Check(
            Hpke.TrySetupSender(Samples.Key.PublicKey, info, _keyMaterial, enc, out HpkeContext context),
            "the sample key cannot be sealed to");
        context.Seal(
            cell[..FirstContactSeal.CiphertextOffset], plaintext, cell[FirstContactSeal.CiphertextOffset..]);
        context.Dispose();
    }
}
