namespace Conet.Wire.Native;

/// <summary>ChaCha20-Poly1305 with a 96-bit nonce, over spans. Source: RFC 8439.</summary>
internal static unsafe class ChaCha20Poly1305Ietf
{
    internal const int KeySize = 32;
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    /// <summary>Writes ciphertext and tag: 16 bytes more than the plaintext.</summary>
    internal static void Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext)
    {
        if (ciphertext.Length != plaintext.Length + TagSize
            || key.Length != KeySize
            || nonce.Length != NonceSize)
        {
            throw new ArgumentException("The spans do not fit each other.");
        }

        fixed (byte* k = key, n = nonce, ad = aad, m = plaintext, c = ciphertext)
        {
            _ = Sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                c, null, m, (ulong)plaintext.Length, ad, (ulong)aad.Length, null, n, k);
        }
    }

    /// <summary>Writes the plaintext; false if anything was altered.</summary>
    internal static bool TryOpen(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext)
    {
        if (key.Length != KeySize || nonce.Length != NonceSize)
            throw new ArgumentException("The spans do not fit each other.");
        if (ciphertext.Length < TagSize || plaintext.Length != ciphertext.Length - TagSize)
            return false;
        fixed (byte* k = key, n = nonce, ad = aad, m = plaintext, c = ciphertext)
        {
            return Sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                m, null, null, c, (ulong)ciphertext.Length, ad, (ulong)aad.Length, n, k) == 0;
        }
    }
}
