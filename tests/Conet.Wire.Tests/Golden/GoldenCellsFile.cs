using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>Writes cells.json. The fields are named in tests/vectors/README.md.</summary>
internal static class GoldenCellsFile
{
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.List("cells", GoldenCellList.All, cell => WriteCell(json, cell));
        json.WriteEndObject();
    }

    /// <summary>The name of a kind in docs/SPEC.md, section 7.</summary>
    public static string NameOf(BodyKind kind) => kind switch
    {
        BodyKind.FragmentAck => "FRAGMENT_ACK",
        BodyKind.AliasRegister => "ALIAS_REGISTER",
        BodyKind.AliasResult => "ALIAS_RESULT",
        BodyKind.AliasRevoke => "ALIAS_REVOKE",
        BodyKind.ProbeAnswer => "PROBE_ANSWER",
        BodyKind.BucketAsk => "BUCKET_ASK",
        BodyKind.BucketState => "BUCKET_STATE",
        BodyKind.BucketFetch => "BUCKET_FETCH",
        BodyKind.BucketPiece => "BUCKET_PIECE",
        _ => kind.ToString().ToUpperInvariant(),
    };

    public static byte[] Bytes(in Address address)
    {
        byte[] bytes = new byte[Address.Size];
        address.CopyTo(bytes);
        return bytes;
    }

    private static void WriteCell(Utf8JsonWriter json, GoldenCell cell)
    {
        GoldenTrace trace = new(cell);
        json.WriteString("name", cell.Name);
        json.WriteNumber("seed", cell.SeedValue);
        WriteAddressing(json, cell);
        WriteFields(json, cell, trace);
        WriteExchange(json, cell, trace);
        WriteSigning(json, cell, trace);
        json.Hex("envelope", trace.Envelope);
        json.Hex("ciphertext", trace.Cell.AsSpan(FirstContactSeal.CiphertextOffset));
        json.Hex("cell", trace.Cell);
    }

    private static void WriteAddressing(Utf8JsonWriter json, GoldenCell cell)
    {
        bool isUnderNode = cell.Target != GoldenTarget.Wallet;
        json.Decimal("chainId", cell.Network.ChainId);
        json.Hex("registry", Bytes(cell.Network.RouteRegistry));
        json.WriteString("destinationType", cell.Target.ToString().ToLowerInvariant());
        json.WriteNumber("nodeId", isUnderNode ? GoldenCell.HomeNode : 0);
        json.Hex("walletSecret", cell.WalletSecret);
        json.Hex("wallet", Bytes(cell.WalletAddress));
        json.HexOrNull("aliasSecret", cell.Target == GoldenTarget.Alias ? cell.AliasSecret : null);
        json.Hex("destination", Bytes(cell.Destination));
    }

    private static void WriteFields(Utf8JsonWriter json, GoldenCell cell, GoldenTrace trace)
    {
        json.WriteNumber("kind", (int)cell.Kind);
        json.WriteString("kindName", NameOf(cell.Kind));
        json.WriteNumber("flags", cell.FlagBits);
        json.Decimal("issuedMs", cell.IssuedMs);
        json.WriteNumber("ttlSec", cell.TtlSec);
        json.Hex("msgId", cell.MessageIdBytes);
        json.HexOrNull("senderSecret", cell.IsSigned ? cell.SenderSecret : null);
        json.HexOrNull("from", cell.IsSigned ? Bytes(trace.From) : null);
        json.HexOrNull("to", cell.IsSigned ? Bytes(cell.To) : null);
        json.Hex("body", cell.Body);
    }

    private static void WriteExchange(Utf8JsonWriter json, GoldenCell cell, GoldenTrace trace)
    {
        GoldenExchange exchange = trace.Exchange;
        json.Hex("recipientSecret", cell.RecipientSecret);
        json.Hex("recipientPublic", trace.RecipientPublic);
        json.Hex("ephemeralIkm", cell.EphemeralKeyMaterial);
        json.Hex("ephemeralSecret", exchange.EphemeralSecret);
        json.Hex("enc", exchange.Enc);
        json.Hex("dh", exchange.Dh);
        json.Hex("kemContext", exchange.KemContext);
        json.Hex("sharedSecret", exchange.SharedSecret);
        json.Hex("info", exchange.Info);
        json.Hex("keyScheduleContext", exchange.KeyScheduleContext);
        json.Hex("secret", exchange.Secret);
        json.Hex("key", exchange.Key);
        json.Hex("baseNonce", exchange.BaseNonce);
        json.Hex("exporterSecret", exchange.ExporterSecret);
        json.Hex("keyCommit", exchange.KeyCommit);
        json.Hex("aad", trace.Cell.AsSpan(0, FirstContactSeal.CiphertextOffset));
    }

    private static void WriteSigning(Utf8JsonWriter json, GoldenCell cell, GoldenTrace trace)
    {
        Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(trace.Envelope, out Envelope envelope));
        GoldenSigning? signing = cell.IsSigned
            ? new GoldenSigning(cell.Network, envelope, cell.To, trace.Exchange.KeyCommit)
            : null;
        json.HexOrNull("bodyHash", signing?.BodyHash);
        json.HexOrNull("domainSeparator", signing?.DomainSeparator);
        json.HexOrNull("structHash", signing?.StructHash);
        json.HexOrNull("digest", signing?.Digest);
        json.HexOrNull("signature", cell.IsSigned ? envelope.Signature.ToArray() : null);
    }
}
