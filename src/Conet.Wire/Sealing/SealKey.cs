using System.Security.Cryptography;
using Conet.Wire.Native;

namespace Conet.Wire.Sealing;

/// <summary>
/// An X25519 key pair that cells are sealed to. The secret lies in memory that the collector does not move
/// and that is zeroed when the key is disposed. Any thread may use it; dispose once. Source: RFC 7748.
/// </summary>
public sealed class SealKey : IDisposable
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = X25519.Size;

    /// <summary>Bytes of a secret key.</summary>
    public const int SecretSize = X25519.Size;

    private readonly SecretMemory _secret;
    private readonly byte[] _publicKey = new byte[PublicKeySize];

    private SealKey(SecretMemory secret)
    {
        _secret = secret;
        X25519.GetPublicKey(secret.Span, _publicKey);
    }

    /// <summary>The 32-byte public key.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Makes a fresh random key pair.</summary>
    public static SealKey Create()
    {
        SecretMemory secret = new(SecretSize);
        RandomNumberGenerator.Fill(secret.Span);
        return new SealKey(secret);
    }

    /// <summary>Takes a copy of a secret key. False unless it has 32 bytes and is not all zero.</summary>
    public static bool TryImport(ReadOnlySpan<byte> secret, out SealKey? key)
    {
        key = null;
        if (secret.Length != SecretSize || !secret.ContainsAnyExcept((byte)0))
            return false;
        SecretMemory copy = new(SecretSize);
        secret.CopyTo(copy.Span);
        key = new SealKey(copy);
        return true;
    }

    /// <summary>Copies the 32-byte public key.</summary>
    public void CopyPublicKeyTo(Span<byte> publicKey) => _publicKey.CopyTo(publicKey);

    /// <summary>Copies the secret key out; wipe the copy after use.</summary>
    public void ExportSecret(Span<byte> secret)
    {
        _secret.Span.CopyTo(secret);
        _secret.KeepAlive();
    }

    /// <summary>Zeroes and frees the secret.</summary>
    public void Dispose() => _secret.Dispose();

    /// <summary>The X25519 shared secret; false for a low-order point.</summary>
    internal bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        bool isUsable = X25519.TryAgree(_secret.Span, publicKey, shared);
        _secret.KeepAlive();
        return isUsable;
    }
}
