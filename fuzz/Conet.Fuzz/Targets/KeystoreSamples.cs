using System.Security.Cryptography;
using System.Text;
using Conet.Wire.Addresses;
using Conet.Wire.Native;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Keystores at the least cost, the same in every process: Keystore.Encrypt draws a fresh salt each time.
/// Written from the format's description, so that reader and writer do not share a mistake. Source: Web3
/// secret storage, version 3.
/// </summary>
internal static class KeystoreSamples
{
    public const string Password = "correct horse";

    private const int Iterations = 2;

    private static readonly byte[] _salt = Samples.Pattern(16, 0x10);
    private static readonly byte[] _iv = Samples.Pattern(16, 0x20);

    public static byte[] Scrypt { get; } = MakeScrypt();

    public static byte[] Pbkdf2 { get; } = Make(
        Rfc2898DeriveBytes.Pbkdf2(Password, _salt, Iterations, HashAlgorithmName.SHA256, 32),
        "pbkdf2",
        $"\"dklen\":32,\"c\":{Iterations},\"prf\":\"hmac-sha256\",\"salt\":\"{Hex(_salt)}\"");

    private static byte[] MakeScrypt()
    {
        byte[] key = new byte[32];
        Check(
            Wire.Native.Scrypt.TryDerive(Encoding.UTF8.GetBytes(Password), _salt, 2, 1, 1, key),
            "scrypt cannot be derived");
        return Make(key, "scrypt", $"\"dklen\":32,\"n\":2,\"r\":1,\"p\":1,\"salt\":\"{Hex(_salt)}\"");
    }

    private static byte[] Make(byte[] key, string derivation, string parameters)
    {
        byte[] ciphertext = new byte[Wallet.SecretSize];
        Samples.Sender.ExportSecret(ciphertext);
        using Aes aes = Aes.Create();
        aes.SetKey(key.AsSpan(0, 16));
        byte[] counter = [.. _iv];
        for (int at = 0; at < ciphertext.Length; at += 16)
        {
            byte[] stream = aes.EncryptEcb(counter, PaddingMode.None);
            for (int i = 0; i < 16; i++)
                ciphertext[at + i] ^= stream[i];
            counter[15]++;
        }

        byte[] mac = Keccak256.Hash([.. key[16..], .. ciphertext]);
        string address = Samples.Sender.Address.ToHex()[2..];
        return Encoding.UTF8.GetBytes(
            $$"""
            {"version":3,"id":"11111111-2222-4333-8444-555555555555","address":"{{address}}","crypto":{
             "cipher":"aes-128-ctr","cipherparams":{"iv":"{{Hex(_iv)}}"},"ciphertext":"{{Hex(ciphertext)}}",
             "kdf":"{{derivation}}","kdfparams":{ {{parameters}} },"mac":"{{Hex(mac)}}"} }
            """);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
