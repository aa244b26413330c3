using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>Writes refused.json, and judges its cells as a recipient does.</summary>
internal static class GoldenRefusedFile
{
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("lowOrderPoints");
        foreach (string point in GoldenRefusalList.LowOrderPoints)
            json.WriteStringValue(point);
        json.WriteEndArray();
        json.List("cells", GoldenRefusalList.All, refusal => WriteRefusal(json, refusal));
        json.WriteEndObject();
    }

    /// <summary>The reason that the code under test gives.</summary>
    public static string Judge(GoldenRefusal refusal)
    {
        GoldenCell cell = refusal.Base;
        byte[] bytes = new byte[EnvelopeLayout.Size], commit = new byte[FirstContactSeal.KeyCommitSize];
        Assert.True(SealKey.TryImport(cell.RecipientSecret, out SealKey? key));
        using (key)
        {
            if (!FirstContactSeal.TryOpen(cell.Network, refusal.Cell, key!, bytes, commit))
                return "notOpened";
        }

        EnvelopeProblem problem = Envelope.TryParse(bytes, out Envelope envelope);
        if (problem == EnvelopeProblem.None)
            problem = envelope.CheckTime(refusal.NowMs);
        if (problem == EnvelopeProblem.None && envelope.Auth == EnvelopeAuth.Wallet)
        {
            bool isSigned = false;
            foreach (Address to in AddresseesOf(cell))
                isSigned |= envelope.IsSignedTo(cell.Network, to, commit);
            problem = isSigned ? EnvelopeProblem.None : EnvelopeProblem.BadSignature;
        }

        string name = problem.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>Whom a signature may name: section 5.1.</summary>
    private static Address[] AddresseesOf(GoldenCell cell) => cell.Target switch
    {
        GoldenTarget.Alias => [cell.Destination, cell.WalletAddress],
        GoldenTarget.Wallet or GoldenTarget.Home => [cell.WalletAddress],
        _ => [cell.Destination],
    };

    private static void WriteRefusal(Utf8JsonWriter json, GoldenRefusal refusal)
    {
        json.WriteString("name", refusal.Name);
        json.WriteNumber("seed", refusal.Base.SeedValue);
        json.WriteString("reason", refusal.Reason);
        json.WriteString("detail", refusal.Detail);
        json.Decimal("nowMs", refusal.NowMs);
        json.Decimal("chainId", refusal.Base.Network.ChainId);
        json.Hex("registry", GoldenCellsFile.Bytes(refusal.Base.Network.RouteRegistry));
        json.WriteStartArray("addressees");
        foreach (Address to in AddresseesOf(refusal.Base))
            json.WriteStringValue(Convert.ToHexStringLower(GoldenCellsFile.Bytes(to)));
        json.WriteEndArray();
        json.Hex("recipientSecret", refusal.Base.RecipientSecret);
        json.Hex("cell", refusal.Cell);
    }
}
