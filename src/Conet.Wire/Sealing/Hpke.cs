using System.Security.Cryptography;
using Conet.Wire.Native;

namespace Conet.Wire.Sealing;

/// <summary>
/// HPKE in base mode: KEM 0x0020 DHKEM(X25519, HKDF-SHA256), KDF 0x0001 HKDF-SHA256, AEAD 0x0003
/// ChaCha20Poly1305. Public keys and enc have 32 bytes. Bad points return false, misuse throws. Allocates
/// nothing for infos up to some 400 bytes; any thread. Source: RFC 9180.
/// </summary>
public static class Hpke
{
    /// <summary>Bytes of the encapsulated key.</summary>
    public const int EncSize = X25519.Size;

    /// <summary>Bytes by which ciphertext with its tag exceeds the plaintext.</summary>
    public const int TagSize = ChaCha20Poly1305Ietf.TagSize;

    /// <summary>Starts an exchange as the sender, with a fresh ephemeral key.</summary>
    /// <param name="recipient">32 bytes, the recipient's public key.</param>
    /// <param name="info">Bound into the keys; at most 64 KiB.</param>
    /// <param name="enc">Receives 32 bytes to send along.</param>
    /// <param name="context">The exchange; dispose it.</param>
    /// <returns>False for a low-order point.</returns>
    public static bool TrySetupSender(
        scoped ReadOnlySpan<byte> recipient,
        scoped ReadOnlySpan<byte> info,
        scoped Span<byte> enc,
        out HpkeContext context) =>
        TrySetupSender(recipient, info, ephemeralKeyMaterial: [], enc, out context);

    /// <summary>
    /// The same; key material that is not empty makes the ephemeral key (DeriveKeyPair), for examples.
    /// </summary>
    internal static bool TrySetupSender(
        scoped ReadOnlySpan<byte> recipient,
        scoped ReadOnlySpan<byte> info,
        scoped ReadOnlySpan<byte> ephemeralKeyMaterial,
        scoped Span<byte> enc,
        out HpkeContext context)
    {
        if (recipient.Length != X25519.Size || enc.Length != EncSize)
            throw new ArgumentException("Public keys and enc have 32 bytes.");
        Span<byte> ephemeral = stackalloc byte[X25519.Size];
        Span<byte> dh = stackalloc byte[X25519.Size];
        try
        {
            if (ephemeralKeyMaterial.IsEmpty)
                RandomNumberGenerator.Fill(ephemeral);
            else
                HpkeKeySchedule.DeriveSecretKey(ephemeralKeyMaterial, ephemeral);
            X25519.GetPublicKey(ephemeral, enc);
            bool isUsable = X25519.TryAgree(ephemeral, recipient, dh);
            context = isUsable ? Derive(dh, enc, recipient, info) : default;
            return isUsable;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ephemeral);
            CryptographicOperations.ZeroMemory(dh);
        }
    }

    /// <summary>Starts an exchange as the recipient.</summary>
    /// <param name="enc">32 bytes from the sender.</param>
    /// <param name="recipient">The recipient's key pair.</param>
    /// <param name="info">As the sender's.</param>
    /// <param name="context">The exchange; dispose it.</param>
    /// <returns>False for a low-order point or another length.</returns>
    public static bool TrySetupRecipient(
        scoped ReadOnlySpan<byte> enc,
        SealKey recipient,
        scoped ReadOnlySpan<byte> info,
        out HpkeContext context)
    {
        context = default;
        if (enc.Length != EncSize)
            return false;
        Span<byte> dh = stackalloc byte[X25519.Size];
        if (!recipient.TryAgree(enc, dh))
            return false;
        context = Derive(dh, enc, recipient.PublicKey, info);
        CryptographicOperations.ZeroMemory(dh);
        return true;
    }

    private static HpkeContext Derive(
        scoped ReadOnlySpan<byte> dh,
        scoped ReadOnlySpan<byte> enc,
        scoped ReadOnlySpan<byte> recipient,
        scoped ReadOnlySpan<byte> info)
    {
        Span<byte> kemContext = stackalloc byte[2 * X25519.Size];
        enc.CopyTo(kemContext);
        recipient.CopyTo(kemContext[X25519.Size..]);
        Span<byte> sharedSecret = stackalloc byte[HpkeKeySchedule.HashSize];
        Span<byte> secrets = stackalloc byte[HpkeKeySchedule.SecretsSize];
        HpkeKeySchedule.KemSecret(dh, kemContext, sharedSecret);
        HpkeKeySchedule.Derive(mode: 0, sharedSecret, info, psk: [], pskId: [], secrets);
        HpkeContext context = new(secrets);
        CryptographicOperations.ZeroMemory(sharedSecret);
        CryptographicOperations.ZeroMemory(secrets);
        return context;
    }
}
