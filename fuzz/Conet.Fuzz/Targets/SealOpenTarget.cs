using Conet.Fuzz.Core;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Opening of cells: any change of any byte must make it fail, and without touching another byte.
/// </summary>
internal sealed class SealOpenTarget : IFuzzTarget
{
    private static readonly byte[][] _genuine =
    [
        Seal(BodyKind.Message, 1), Seal(BodyKind.Fragment, 2), Seal(BodyKind.Attach, 3),
    ];

    /// <summary>
    /// Points of order 1, 2, 4 and 8, which never give a secret. Source: RFC 7748, section 7; cr.yp.to.
    /// </summary>
    private static readonly byte[][] _lowOrder =
    [
        new byte[32],
        [1, .. new byte[31]],
        Convert.FromHexString("E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800"),
        Convert.FromHexString("5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157"),
        Convert.FromHexString("ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F"),
        Convert.FromHexString("EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F"),
        Convert.FromHexString("EEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F"),
    ];

    public string Name => "seal-open";

    public string Summary => "FirstContactSeal.TryOpen; a cell opens only if it is one that was sealed";

    public int InputBytesMax => CellLayout.Size + 64;

    public int UsualBytes => CellLayout.Size;

    public IEnumerable<byte[]> Seeds => _genuine;

    public bool Run(ReadOnlySpan<byte> input)
    {
        Span<byte> envelope = stackalloc byte[EnvelopeLayout.Size];
        Span<byte> keyCommit = stackalloc byte[FirstContactSeal.KeyCommitSize];
        bool isOpen = FirstContactSeal.TryOpen(Samples.Network, input, Samples.Key, envelope, keyCommit);
        bool isGenuine = false;
        foreach (byte[] cell in _genuine)
            isGenuine |= input.SequenceEqual(cell);
        Check(isOpen == isGenuine, isOpen ? "an altered cell was opened" : "a genuine cell was not opened");
        if (!isOpen)
            return false;
        Check(
            Envelope.TryParse(envelope, out Envelope parsed) == EnvelopeProblem.None,
            "its envelope is malformed");
        Check(
            parsed.IsSignedTo(Samples.Network, Samples.Recipient, keyCommit), "its signature does not hold");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length != CellLayout.Size)
            return false;
        Span<byte> enc = input.Bytes.Slice(FirstContactSeal.EncOffset, FirstContactSeal.EncSize);
        byte bit = (byte)(1 << random.Below(8));
        switch (random.Below(4))
        {
            case 0: random.Pick(_lowOrder).CopyTo(enc); break;
            case 1: enc[31] ^= 0x80; break;
            case 2: input.Bytes[^(1 + random.Below(Hpke.TagSize))] ^= bit; break;
            default: input.Bytes[random.Below(CellLayout.DestinationSize)] ^= bit; break;
        }

        return true;
    }

    private static byte[] Seal(BodyKind kind, byte seed)
    {
        byte[] cell = new byte[CellLayout.Size];
        EnvelopeDraft draft = Samples.Draft(kind, Samples.Body(kind));
        Span<byte> key = stackalloc byte[SealKey.PublicKeySize];
        Samples.Key.CopyPublicKeyTo(key);
        bool isSealed = FirstContactSeal.TrySeal(
            Samples.Network, Samples.Recipient, key, draft, Samples.Sender, Samples.Pattern(32, seed), cell);
        Check(isSealed, "the sample cell cannot be sealed");
        return cell;
    }
}
