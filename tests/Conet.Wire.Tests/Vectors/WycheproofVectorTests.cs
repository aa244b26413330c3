using System.Security.Cryptography;
using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Native;
using Conet.Wire.Sealing;
using Xunit.Abstractions;

namespace Conet.Wire.Tests.Vectors;

/// <summary>The attack vectors of Wycheproof, through the code that cells go through.</summary>
public sealed class WycheproofVectorTests(ITestOutputHelper output)
{
    private const string HalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";

    [SkippableFact]
    public void ChaCha20_Poly1305()
    {
        JsonElement file = VectorFiles.Read("wycheproof/chacha20_poly1305_test.json");
        int valid = 0;
        int altered = 0;
        int badNonces = 0;
        foreach ((_, JsonElement test) in file.WycheproofTests())
        {
            byte[] key = test.Hex("key");
            byte[] nonce = test.Hex("iv");
            byte[] aad = test.Hex("aad");
            byte[] message = test.Hex("msg");
            byte[] sealedBytes = [.. test.Hex("ct"), .. test.Hex("tag")];
            byte[] opened = new byte[message.Length];
            byte[] again = new byte[message.Length + ChaCha20Poly1305Ietf.TagSize];
            if (nonce.Length != ChaCha20Poly1305Ietf.NonceSize)
            {
                Assert.Equal("invalid", test.Text("result"));
                Assert.Throws<ArgumentException>(
                    () => ChaCha20Poly1305Ietf.Seal(key, nonce, aad, message, again));
                Assert.Throws<ArgumentException>(
                    () => ChaCha20Poly1305Ietf.TryOpen(key, nonce, aad, sealedBytes, opened));
                badNonces++;
                continue;
            }

            bool isValid = test.Text("result") == "valid";
            Assert.Equal(isValid, ChaCha20Poly1305Ietf.TryOpen(key, nonce, aad, sealedBytes, opened));
            if (isValid)
            {
                ChaCha20Poly1305Ietf.Seal(key, nonce, aad, message, again);
                Assert.Equal(message, opened);
                Assert.Equal(sealedBytes, again);
                valid++;
            }
            else
            {
                altered++;
            }
        }

        int all = valid + altered + badNonces;
        output.WriteLine(
            $"vectors: wycheproof ChaCha20-Poly1305: {all} cases, "
            + $"{valid} valid, {altered} altered, {badNonces} of other nonce sizes");
        Assert.Equal(file.Number("numberOfTests"), all);
        Assert.True(valid > 200 && altered > 50);
    }

    [SkippableFact]
    public void HKDF_SHA256()
    {
        JsonElement file = VectorFiles.Read("wycheproof/hkdf_sha256_test.json");
        int valid = 0;
        int tooLong = 0;
        foreach ((_, JsonElement test) in file.WycheproofTests())
        {
            byte[] prk = new byte[Hkdf.HashSize];
            byte[] info = test.Hex("info");
            byte[] key = new byte[test.Number("size")];
            Hkdf.Extract(test.Hex("salt"), test.Hex("ikm"), prk);
            if (test.Text("result") == "valid")
            {
                Hkdf.Expand(prk, info, key);
                Assert.Equal(test.Hex("okm"), key);
                valid++;
            }
            else
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => Hkdf.Expand(prk, info, key));
                tooLong++;
            }
        }

        output.WriteLine(
            $"vectors: wycheproof HKDF-SHA256: {valid + tooLong} cases, "
            + $"{valid} valid, {tooLong} that ask for too much");
        Assert.Equal(file.Number("numberOfTests"), valid + tooLong);
    }

    /// <summary>
    /// Valid means valid under any s; Conet takes low s alone. So of a pair (s, n - s) one is refused, by
    /// <see cref="Wallet.Verify"/> and by <see cref="Wallet.TryRecover"/> alike.
    /// </summary>
    [SkippableFact]
    public void ECDSA_secp256k1_P1363()
    {
        JsonElement file = VectorFiles.Read("wycheproof/ecdsa_secp256k1_sha256_p1363_test.json");
        int accepted = 0;
        int highS = 0;
        int refused = 0;
        foreach ((JsonElement grouped, JsonElement test) in file.WycheproofTests())
        {
            byte[] publicKey = grouped.GetProperty("publicKey").Hex("uncompressed")[1..];
            byte[] digest = SHA256.HashData(test.Hex("msg"));
            byte[] signature = test.Hex("sig");
            bool isValid = test.Text("result") == "valid";
            bool isLow = signature.Length == 64 && IsLow(signature.AsSpan(32));
            string name = $"tcId {test.Number("tcId")}";
            bool isTaken = isValid && isLow;
            Assert.True(isTaken == Wallet.Verify(digest, signature, publicKey), name);
            Assert.True(isTaken == IsRecovered(digest, signature, publicKey), name);
            accepted += isTaken ? 1 : 0;
            highS += isValid && !isLow ? 1 : 0;
            refused += isValid ? 0 : 1;
        }

        int all = accepted + highS + refused;
        output.WriteLine(
            $"vectors: wycheproof ECDSA secp256k1: {all} cases, "
            + $"{accepted} accepted, {highS} high-S and {refused} invalid refused");
        Assert.Equal(file.Number("numberOfTests"), all);
        Assert.Equal(72, highS);
    }

    private static bool IsLow(ReadOnlySpan<byte> s) =>
        s.SequenceCompareTo(Convert.FromHexString(HalfOrder)) <= 0;

    private static bool IsRecovered(byte[] digest, byte[] signature, byte[] publicKey)
    {
        Address address = Wallet.AddressOf(publicKey);
        foreach (byte v in (byte[])[27, 28])
        {
            if (Wallet.TryRecover(digest, [.. signature, v], out Address signer) && signer == address)
                return true;
        }

        return false;
    }
}
