using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Conet.Wire.Sealing;

/// <summary>
/// The labelled HKDF of RFC 9180, section 4, and the key schedule of section 5.1, for one suite.
/// </summary>
internal static class HpkeKeySchedule
{
    internal const int HashSize = Hkdf.HashSize;
    internal const int SecretsSize = KeySize + NonceSize + HashSize;
    internal const int KeySize = 32;
    internal const int ContextSize = 1 + (2 * HashSize);
    internal const int NonceSize = 12;

    private const int ContextBytesMax = 1 << 16;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>Suite id of the KEM alone.</summary>
    internal static ReadOnlySpan<byte> KemSuite => "KEM\x00\x20"u8;

    /// <summary>Suite id of KEM, KDF and AEAD.</summary>
    internal static ReadOnlySpan<byte> HpkeSuite => "HPKE\x00\x20\x00\x01\x00\x03"u8;

    /// <summary>LabeledExtract.</summary>
    internal static void Extract(
        ReadOnlySpan<byte> suite,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> keyMaterial,
        Span<byte> pseudoRandomKey)
    {
        int length = Version.Length + suite.Length + label.Length + keyMaterial.Length;
        Span<byte> input = length <= Hkdf.StackBytesMax ? stackalloc byte[length] : new byte[length];
        Join(input, Version, suite, label, keyMaterial);
        Hkdf.Extract(salt, input, pseudoRandomKey);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>LabeledExpand.</summary>
    internal static void Expand(
        ReadOnlySpan<byte> suite,
        ReadOnlySpan<byte> pseudoRandomKey,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> context,
        Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, Hkdf.OutputBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context.Length, ContextBytesMax);
        int length = 2 + Version.Length + suite.Length + label.Length + context.Length;
        Span<byte> info = length <= Hkdf.StackBytesMax ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)output.Length);
        Join(info[2..], Version, suite, label, context);
        Hkdf.Expand(pseudoRandomKey, info, output);
    }

    /// <summary>ExtractAndExpand of DHKEM (section 4.1).</summary>
    internal static void KemSecret(
        ReadOnlySpan<byte> dh, ReadOnlySpan<byte> kemContext, Span<byte> sharedSecret)
    {
        Span<byte> eaePrk = stackalloc byte[HashSize];
        Extract(KemSuite, [], "eae_prk"u8, dh, eaePrk);
        Expand(KemSuite, eaePrk, "shared_secret"u8, kemContext, sharedSecret[..HashSize]);
        CryptographicOperations.ZeroMemory(eaePrk);
    }

    /// <summary>Key, base nonce and exporter secret, in that order.</summary>
    /// <param name="mode">0 base, 1 with a pre-shared key.</param>
    /// <param name="sharedSecret">From the KEM.</param>
    /// <param name="info">The application's info.</param>
    /// <param name="psk">Empty in mode 0.</param>
    /// <param name="pskId">Empty in mode 0.</param>
    /// <param name="secrets">Receives 76 bytes.</param>
    internal static void Derive(
        byte mode,
        ReadOnlySpan<byte> sharedSecret,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> psk,
        ReadOnlySpan<byte> pskId,
        Span<byte> secrets)
    {
        Span<byte> context = stackalloc byte[ContextSize];
        WriteContext(mode, info, pskId, context);
        Span<byte> secret = stackalloc byte[HashSize];
        Extract(HpkeSuite, sharedSecret, "secret"u8, psk, secret);
        Expand(HpkeSuite, secret, "key"u8, context, secrets[..KeySize]);
        Expand(HpkeSuite, secret, "base_nonce"u8, context, secrets.Slice(KeySize, NonceSize));
        Expand(HpkeSuite, secret, "exp"u8, context, secrets.Slice(KeySize + NonceSize, HashSize));
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>key_schedule_context: mode, hash of the pre-shared key's id, hash of info.</summary>
    internal static void WriteContext(
        byte mode, ReadOnlySpan<byte> info, ReadOnlySpan<byte> pskId, Span<byte> context)
    {
        context[0] = mode;
        Extract(HpkeSuite, [], "psk_id_hash"u8, pskId, context[1..]);
        Extract(HpkeSuite, [], "info_hash"u8, info, context[(1 + HashSize)..]);
    }

    /// <summary>DeriveKeyPair of section 7.1.3: a secret key from key material.</summary>
    internal static void DeriveSecretKey(ReadOnlySpan<byte> keyMaterial, Span<byte> secretKey)
    {
        Span<byte> prk = stackalloc byte[HashSize];
        Extract(KemSuite, [], "dkp_prk"u8, keyMaterial, prk);
        Expand(KemSuite, prk, "sk"u8, [], secretKey);
        CryptographicOperations.ZeroMemory(prk);
    }

    private static void Join(
        Span<byte> output,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth)
    {
        first.CopyTo(output);
        second.CopyTo(output[first.Length..]);
        third.CopyTo(output[(first.Length + second.Length)..]);
        fourth.CopyTo(output[(first.Length + second.Length + third.Length)..]);
    }
}
