using System.Text.Json;
using Conet.Wire.Native;
using Conet.Wire.Sealing;
using Xunit.Abstractions;

namespace Conet.Wire.Tests.Vectors;

/// <summary>
/// RFC 9180, A.2. Base mode from the key material to the last ciphertext. Of the other three modes Conet
/// implements the key schedule alone, so they are checked from the shared secret on; their set-up (a
/// pre-shared key given by the caller, AuthEncap and AuthDecap) is not implemented.
/// </summary>
public sealed class HpkeVectorTests(ITestOutputHelper output)
{
    private const string File = "hpke/rfc9180-x25519-sha256-chacha20poly1305.json";
    private const int BaseMode = 0;

    [SkippableFact]
    public void Base_mode_gives_every_value_of_the_RFC()
    {
        int values = 0;
        foreach (JsonElement vector in Vectors(mode: BaseMode))
        {
            values += CheckKeys(vector) + CheckSchedule(vector);
            values += CheckSender(vector) + CheckRecipient(vector);
        }

        output.WriteLine($"vectors: hpke base mode: {values} cases, every value");
        Assert.Equal(29, values);
    }

    [SkippableTheory]
    [InlineData(1, "PSK")]
    [InlineData(2, "Auth")]
    [InlineData(3, "AuthPSK")]
    public void The_key_schedule_of_the_other_modes_gives_the_values_of_the_RFC(int mode, string name)
    {
        int values = 0;
        foreach (JsonElement vector in Vectors(mode))
        {
            values += CheckSchedule(vector);
            HpkeContext context = ContextOf(vector);
            values += CheckExports(vector, ref context);
            values += CheckEncryptions(vector, ref context, isSender: true);
        }

        output.WriteLine($"vectors: hpke mode {mode} ({name}): {values} cases, from the shared secret on");
        Assert.Equal(14, values);
    }

    private static List<JsonElement> Vectors(int mode)
    {
        List<JsonElement> vectors =
            [.. VectorFiles.Read(File).EnumerateArray().Where(vector => vector.Number("mode") == mode)];
        Assert.NotEmpty(vectors);
        foreach (JsonElement vector in vectors)
        {
            Assert.Equal(
                (0x20, 1, 3), (vector.Number("kem_id"), vector.Number("kdf_id"), vector.Number("aead_id")));
        }

        return vectors;
    }

    private static int CheckKeys(JsonElement vector)
    {
        foreach (string role in (string[])["E", "R"])
        {
            byte[] secret = new byte[32];
            byte[] publicKey = new byte[32];
            HpkeKeySchedule.DeriveSecretKey(vector.Hex("ikm" + role), secret);
            X25519.GetPublicKey(secret, publicKey);
            Assert.Equal(vector.Hex($"sk{role}m"), secret);
            Assert.Equal(vector.Hex($"pk{role}m"), publicKey);
        }

        byte[] dh = new byte[32];
        byte[] sharedSecret = new byte[32];
        Assert.True(X25519.TryAgree(vector.Hex("skEm"), vector.Hex("pkRm"), dh));
        HpkeKeySchedule.KemSecret(dh, [.. vector.Hex("enc"), .. vector.Hex("pkRm")], sharedSecret);
        Assert.Equal(vector.Hex("shared_secret"), sharedSecret);
        return 5;
    }

    private static int CheckSchedule(JsonElement vector)
    {
        (byte[] psk, byte[] pskId) = PreShared(vector);
        byte[] context = new byte[HpkeKeySchedule.ContextSize];
        byte[] secret = new byte[32];
        byte[] secrets = Secrets(vector);
        HpkeKeySchedule.WriteContext((byte)vector.Number("mode"), vector.Hex("info"), pskId, context);
        HpkeKeySchedule.Extract(
            HpkeKeySchedule.HpkeSuite, vector.Hex("shared_secret"), "secret"u8, psk, secret);
        Assert.Equal(vector.Hex("key_schedule_context"), context);
        Assert.Equal(vector.Hex("secret"), secret);
        Assert.Equal(vector.Hex("key"), secrets[..32]);
        Assert.Equal(vector.Hex("base_nonce"), secrets[32..44]);
        Assert.Equal(vector.Hex("exporter_secret"), secrets[44..]);
        return 5;
    }

    private static int CheckSender(JsonElement vector)
    {
        byte[] enc = new byte[Hpke.EncSize];
        Assert.True(Hpke.TrySetupSender(
            vector.Hex("pkRm"), vector.Hex("info"), vector.Hex("ikmE"), enc, out HpkeContext context));
        Assert.Equal(vector.Hex("enc"), enc);
        return 1 + CheckExports(vector, ref context) + CheckEncryptions(vector, ref context, isSender: true);
    }

    private static int CheckRecipient(JsonElement vector)
    {
        Assert.True(SealKey.TryImport(vector.Hex("skRm"), out SealKey? key));
        using (key)
        {
            Assert.True(
                Hpke.TrySetupRecipient(vector.Hex("enc"), key!, vector.Hex("info"), out HpkeContext context));
            return CheckExports(vector, ref context) + CheckEncryptions(vector, ref context, isSender: false);
        }
    }

    private static int CheckExports(JsonElement vector, ref HpkeContext context)
    {
        int count = 0;
        foreach (JsonElement export in vector.GetProperty("exports").EnumerateArray())
        {
            byte[] value = new byte[export.Number("L")];
            context.Export(export.Hex("exporter_context"), value);
            Assert.Equal(export.Hex("exported_value"), value);
            count++;
        }

        return count;
    }

    /// <summary>Sequence numbers 0 to 256; those between the listed ones are used up on anything.</summary>
    private static int CheckEncryptions(JsonElement vector, ref HpkeContext context, bool isSender)
    {
        HpkeContext filler = ContextOf(vector);
        int count = 0;
        int sequence = 0;
        byte[] blind = new byte[Hpke.TagSize + 1];
        foreach (JsonElement encryption in vector.GetProperty("encryptions").EnumerateArray())
        {
            for (; sequence < encryption.Number("sequence_number"); sequence++)
            {
                filler.Seal([], [1], blind);
                if (isSender)
                    context.Seal([], [1], blind);
                else
                    Assert.True(context.TryOpen([], blind, new byte[1]));
            }

            byte[] plaintext = encryption.Hex("pt");
            byte[] ciphertext = encryption.Hex("ct");
            byte[] result = new byte[isSender ? ciphertext.Length : plaintext.Length];
            if (isSender)
                context.Seal(encryption.Hex("aad"), plaintext, result);
            else
                Assert.True(context.TryOpen(encryption.Hex("aad"), ciphertext, result));
            Assert.Equal(isSender ? ciphertext : plaintext, result);
            filler.Seal([], [1], blind);
            sequence++;
            count++;
        }

        return count;
    }

    private static HpkeContext ContextOf(JsonElement vector) => new(Secrets(vector));

    private static byte[] Secrets(JsonElement vector)
    {
        (byte[] psk, byte[] pskId) = PreShared(vector);
        byte[] secrets = new byte[HpkeKeySchedule.SecretsSize];
        HpkeKeySchedule.Derive(
            (byte)vector.Number("mode"),
            vector.Hex("shared_secret"),
            vector.Hex("info"),
            psk,
            pskId,
            secrets);
        return secrets;
    }

    private static (byte[] Psk, byte[] PskId) PreShared(JsonElement vector) =>
        vector.TryGetProperty("psk", out _) ? (vector.Hex("psk"), vector.Hex("psk_id")) : ([], []);
}
