using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// The files of tests/vectors are what the code makes of their seeds, byte for byte, and the code judges
/// them as they say.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<int> Refusals => new(Enumerable.Range(0, GoldenRefusalList.All.Count));

    [Fact]
    public void Cells() => GoldenFile.Verify("cells.json", GoldenCellsFile.Write);

    [Fact]
    public void Refused_cells() => GoldenFile.Verify("refused.json", GoldenRefusedFile.Write);

    [Fact]
    public void Bodies() => GoldenFile.Verify("bodies.json", GoldenBodiesFile.Write);

    [Fact]
    public void Addresses() => GoldenFile.Verify("addresses.json", GoldenAddressesFile.Write);

    [Fact]
    public void There_are_cells_of_every_kind_and_destination_and_of_the_longest_body()
    {
        IReadOnlyList<GoldenCell> cells = GoldenCellList.All;
        Assert.InRange(cells.Count, 50, 100);
        Assert.All(Enum.GetValues<BodyKind>(), kind => Assert.Contains(cells, cell => cell.Kind == kind));
        Assert.All(
            Enum.GetValues<GoldenTarget>(), target => Assert.Contains(cells, cell => cell.Target == target));
        Assert.Contains(cells, cell => cell.Body.Length == EnvelopeLayout.BodyBytesMax);
        Assert.Contains(cells, cell => cell.Body.Length == 0);
        Assert.Equal(cells.Count, cells.Select(cell => cell.Name + cell.SeedValue).Distinct().Count());
    }

    [Fact]
    public void Every_golden_cell_is_opened_and_its_signature_holds()
    {
        foreach (GoldenCell cell in GoldenCellList.All)
        {
            byte[] bytes = new byte[EnvelopeLayout.Size], commit = new byte[FirstContactSeal.KeyCommitSize];
            Assert.True(SealKey.TryImport(cell.RecipientSecret, out SealKey? key));
            using (key)
                Assert.True(
                    FirstContactSeal.TryOpen(cell.Network, new GoldenTrace(cell).Cell, key!, bytes, commit));
            Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
            Assert.Equal(cell.IsSigned, envelope.IsSignedTo(cell.Network, cell.To, commit));
            Assert.Equal(cell.Body, envelope.Body);
            Assert.Equal(cell.Body.Length > 0, Parses(cell.Kind, cell.Body));
        }
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_refused_cell_is_refused_for_the_reason_given(int index)
    {
        GoldenRefusal refusal = GoldenRefusalList.All[index];
        Assert.Equal((refusal.Name, refusal.Reason), (refusal.Name, GoldenRefusedFile.Judge(refusal)));
    }

    [Fact]
    public void Nothing_is_sealed_to_a_point_of_low_order()
    {
        GoldenCell cell = GoldenCellList.All[0];
        foreach (string point in GoldenRefusalList.LowOrderPoints)
        {
            Assert.False(FirstContactSeal.TrySeal(
                cell.Network,
                cell.Destination,
                Convert.FromHexString(point),
                cell.Draft,
                signer: null,
                new byte[CellLayout.Size]));
        }
    }

    [Fact]
    public void Bodies_are_parsed_or_malformed_as_the_file_says()
    {
        Assert.All(GoldenBodiesFile.Valid(), body => Assert.True(Parses(body.Kind, body.Bytes), body.Name));
        Assert.All(
            GoldenBodiesFile.Malformed(),
            body => Assert.False(Parses(body.Kind, body.Bytes), $"{body.Kind}: {body.Name}"));
    }

    [Fact]
    public void Texts_are_addresses_or_not_as_the_file_says()
    {
        foreach ((string text, string? address) in GoldenAddressesFile.Texts())
        {
            Assert.Equal(address is not null, Address.TryParseHex(text, out Address parsed));
            Assert.True(address is null || parsed.ToHex() == "0x" + address, text);
        }
    }

    private static bool Parses(BodyKind kind, byte[] body) => kind switch
    {
        BodyKind.Message => MessageBody.TryParse(body, out _),
        BodyKind.Fragment => FragmentBody.TryParse(body, out _),
        BodyKind.FragmentAck => FragmentAckBody.TryParse(body, out _),
        BodyKind.Receipt => ReceiptBody.TryParse(body, out _),
        BodyKind.Attach => AttachBody.TryParse(body, out _),
        BodyKind.Challenge or BodyKind.Confirm => ChallengeBody.TryParse(body, out _),
        BodyKind.Attached => AttachedBody.TryParse(body, out _),
        BodyKind.KeepAlive or BodyKind.Detach => AttachToken.TryParse(body, out _),
        BodyKind.Kept => KeptBody.TryParse(body, out _),
        BodyKind.AliasRegister => AliasRegisterBody.TryParse(body, out _),
        BodyKind.AliasResult => AliasResultBody.TryParse(body, out _),
        BodyKind.AliasRevoke => AliasRevokeBody.TryParse(body, out _),
        BodyKind.Refused => RefusedBody.TryParse(body, out _),
        BodyKind.Probe => ReplyBlock.TryParse(body, ofNode: true, out _),
        BodyKind.ProbeAnswer => ProbeAnswerBody.TryParse(body, out _),
        BodyKind.BucketAsk => BucketAskBody.TryParse(body, out _),
        BodyKind.BucketState => BucketStateBody.TryParse(body, out _),
        BodyKind.BucketFetch => BucketFetchBody.TryParse(body, out _),
        BodyKind.BucketPiece => BucketPieceBody.TryParse(body, out _),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
