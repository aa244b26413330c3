using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Wire.Tests.Golden;

/// <summary>Writes addresses.json.</summary>
internal static class GoldenAddressesFile
{
    private const uint Seed = 4000;

    private static readonly uint[] _nodeIds = [1, 7, 256, 0x0102_0304, uint.MaxValue];

    /// <summary>The texts of the file and what each is: an address, or nothing.</summary>
    public static IEnumerable<(string Text, string? Address)> Texts()
    {
        const string Checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        string lower = Checksummed.ToLowerInvariant();
        yield return (Checksummed, lower[2..]);
        yield return (lower, lower[2..]);
        yield return ("0x" + Checksummed[2..].ToUpperInvariant(), lower[2..]);
        yield return ("0x" + new string('0', 40), new string('0', 40));
        yield return ("0x" + new string('F', 40), new string('f', 40));
        yield return ("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", null);
        yield return ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", null);
        yield return (Checksummed[2..], null);
        yield return (Checksummed[..^1], null);
        yield return (Checksummed + "0", null);
        yield return (lower[..^1] + "g", null);
        yield return (" " + lower[..^1], null);
        yield return ("", null);
        yield return ("0x", null);
    }

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.List("keccak256", new[] { 0, 1, 20, 135, 136, 137, 271, 272, 972 }, size =>
        {
            byte[] input = new GoldenSeed(Seed).Draw("keccak", size);
            json.Hex("input", input);
            json.Hex("hash", Keccak256.Hash(input));
        });
        json.List("wallets", Enumerable.Range(0, 6), i => WriteWallet(json, i));
        json.List("nodes", _nodeIds, id =>
        {
            json.WriteNumber("nodeId", id);
            json.Hex("address", GoldenCellsFile.Bytes(NodeAddress.Own(new NodeId(id))));
        });
        json.List("homes", _nodeIds, id =>
        {
            Address wallet = GoldenCell.AddressOf(Secret(0));
            json.WriteNumber("nodeId", id);
            json.Hex("wallet", GoldenCellsFile.Bytes(wallet));
            json.Hex("address", GoldenCellsFile.Bytes(NodeAddress.Home(new NodeId(id), wallet)));
        });
        json.List("aliases", _nodeIds, id =>
        {
            byte[] secret = new GoldenSeed(Seed).Draw($"alias{id}", 32);
            json.WriteNumber("nodeId", id);
            json.Hex("secret", secret);
            json.Hex("address", GoldenCellsFile.Bytes(NodeAddress.Alias(new NodeId(id), secret)));
        });
        json.List("texts", Texts(), entry =>
        {
            json.WriteString("text", entry.Text);
            json.WriteString("address", entry.Address);
        });
        json.WriteEndObject();
    }

    private static void WriteWallet(Utf8JsonWriter json, int index)
    {
        byte[] secret = Secret(index);
        using Wallet wallet = GoldenCell.Import(secret);
        byte[] publicKey = new byte[Wallet.PublicKeySize];
        wallet.GetPublicKey(publicKey);
        json.Hex("secret", secret);
        json.Hex("publicKey", publicKey);
        json.Hex("address", GoldenCellsFile.Bytes(wallet.Address));
        json.WriteString("text", wallet.Address.ToString());
    }

    /// <summary>The smallest and the largest secret, then drawn ones.</summary>
    private static byte[] Secret(int index) => index switch
    {
        1 => [.. new byte[31], 1],
        2 => Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"),
        _ => new GoldenSeed(Seed).Draw($"wallet{index}", Wallet.SecretSize),
    };
}
