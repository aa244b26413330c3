using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>A golden cell with all that lies between its seed and its bytes.</summary>
internal sealed class GoldenTrace
{
    public GoldenTrace(GoldenCell cell)
    {
        RecipientPublic = GoldenCell.PublicKeyOf(cell.RecipientSecret);
        Exchange = new GoldenExchange(cell.Network, RecipientPublic, cell.EphemeralKeyMaterial);
        using Wallet? signer = cell.IsSigned ? GoldenCell.Import(cell.SenderSecret) : null;
        EnvelopeWriter.Write(cell.Draft, Envelope);
        if (signer is not null)
        {
            EnvelopeWriter.Sign(signer, cell.Network, cell.Draft, Exchange.KeyCommit, Envelope);
            From = signer.Address;
        }

        Cell = Exchange.Seal(cell.Destination, Envelope);
        byte[] sealedByCode = new byte[CellLayout.Size];
        Assert.True(FirstContactSeal.TrySeal(
            cell.Network,
            cell.Destination,
            RecipientPublic,
            cell.Draft,
            signer,
            cell.EphemeralKeyMaterial,
            sealedByCode));
        Assert.Equal(sealedByCode, Cell);
    }

    public GoldenExchange Exchange { get; }

    public byte[] RecipientPublic { get; }

    public Address From { get; }

    public byte[] Envelope { get; } = new byte[EnvelopeLayout.Size];

    public byte[] Cell { get; }
}
