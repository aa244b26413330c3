using System.Security.Cryptography;
using Conet.Wire.Native;

namespace Conet.Wire.Addresses;

/// <summary>
/// A secp256k1 key pair. The secret lies in memory that the collector does not move and that is zeroed when
/// the wallet is disposed. Signatures are 65 bytes: r (32), s (32), v (27 or 28). Any thread may sign;
/// dispose once. Source: SEC 2 (curve), RFC 6979 (nonce), EIP-2 (low-S), docs/SPEC.md, section 5.1.
/// </summary>
public sealed class Wallet : IDisposable
{
    /// <summary>Bytes of a secret key.</summary>
    public const int SecretSize = 32;

    /// <summary>Bytes of a public key without a prefix: x, y.</summary>
    public const int PublicKeySize = 64;

    /// <summary>Bytes of a signature with its recovery byte.</summary>
    public const int SignatureSize = 65;

    private const int DigestSize = 32;
    private const byte RecoveryBase = 27;

    private readonly SecretMemory _secret;

    private Wallet(SecretMemory secret)
    {
        _secret = secret;
        Span<byte> publicKey = stackalloc byte[PublicKeySize];
        Secp256k1.GetPublicKey(secret.Span, publicKey);
        Address = AddressOf(publicKey);
    }

    /// <summary>The wallet's address.</summary>
    public Address Address { get; }

    private static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
    ];

    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE,
        0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
    ];

    /// <summary>Makes a wallet with a fresh random key.</summary>
    public static Wallet Create()
    {
        SecretMemory secret = new(SecretSize);
        do
        {
            RandomNumberGenerator.Fill(secret.Span);
        }
        while (!Secp256k1.IsSecretKey(secret.Span));
        return new Wallet(secret);
    }

    /// <summary>
    /// Takes a copy of a secret key. False unless it has 32 bytes and lies between 1 and n - 1.
    /// </summary>
    public static bool TryImport(ReadOnlySpan<byte> secret, out Wallet? wallet)
    {
        wallet = null;
        if (secret.Length != SecretSize || !Secp256k1.IsSecretKey(secret))
            return false;
        SecretMemory copy = new(SecretSize);
        secret.CopyTo(copy.Span);
        wallet = new Wallet(copy);
        return true;
    }

    /// <summary>The address of a public key given as x, y (64 bytes).</summary>
    public static Address AddressOf(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(publicKey[..PublicKeySize], hash);
        return new Address(hash[(Keccak256.Size - Address.Size)..]);
    }

    /// <summary>
    /// Recovers who signed. Before the curve is asked: v is 27 or 28, r is 1 to n - 1, s is 1 to n/2. Never
    /// throws for any 65 bytes; false for other lengths. Allocates nothing.
    /// </summary>
    public static bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, out Address signer)
    {
        signer = default;
        if (digest.Length != DigestSize || signature.Length != SignatureSize)
            return false;
        byte v = signature[64];
        ReadOnlySpan<byte> r = signature[..32];
        ReadOnlySpan<byte> s = signature[32..64];
        if (v is not (RecoveryBase or RecoveryBase + 1) || !IsCanonical(r, s))
            return false;
        Span<byte> publicKey = stackalloc byte[PublicKeySize];
        if (!Secp256k1.TryRecover(digest, signature[..64], v - RecoveryBase, publicKey))
            return false;
        signer = AddressOf(publicKey);
        return true;
    }

    /// <summary>Verifies r, s (64 bytes) against a public key x, y (64 bytes). False for a high s.</summary>
    public static bool Verify(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs, ReadOnlySpan<byte> publicKey) =>
        digest.Length == DigestSize
        && rs.Length == 64
        && publicKey.Length == PublicKeySize
        && IsCanonical(rs[..32], rs[32..])
        && Secp256k1.Verify(digest, rs, publicKey);

    /// <summary>Signs a 32-byte digest: deterministic, low-S. Allocates nothing.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="signature">Receives 65 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Sign(ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        if (digest.Length != DigestSize)
            throw new ArgumentException("A digest has 32 bytes.", nameof(digest));
        if (signature.Length != SignatureSize)
            throw new ArgumentException("A signature has 65 bytes.", nameof(signature));
        int recoveryId = Secp256k1.Sign(digest, _secret.Span, signature[..64]);
        _secret.KeepAlive();
        if (recoveryId > 1)
            throw new CryptographicException(
                "The nonce's point lies beyond the curve order (once in 2^127).");
        signature[64] = (byte)(RecoveryBase + recoveryId);
    }

    /// <summary>Copies the secret key out; wipe the copy after use.</summary>
    public void ExportSecret(Span<byte> secret)
    {
        _secret.Span.CopyTo(secret);
        _secret.KeepAlive();
    }

    /// <summary>Writes the public key: x, y, 64 bytes.</summary>
    public void GetPublicKey(Span<byte> publicKey)
    {
        Secp256k1.GetPublicKey(_secret.Span, publicKey);
        _secret.KeepAlive();
    }

    /// <summary>Zeroes and frees the secret.</summary>
    public void Dispose() => _secret.Dispose();

    private static bool IsCanonical(ReadOnlySpan<byte> r, ReadOnlySpan<byte> s) =>
        r.ContainsAnyExcept((byte)0)
        && r.SequenceCompareTo(Order) < 0
        && s.ContainsAnyExcept((byte)0)
        && s.SequenceCompareTo(HalfOrder) <= 0;
}
