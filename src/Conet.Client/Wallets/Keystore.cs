using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Client;

/// <summary>
/// Wallets in files that other Ethereum wallets open too: version 3 of the Web3 Secret Storage definition,
/// with AES-128-CTR, a Keccak-256 MAC, and scrypt or PBKDF2-HMAC-SHA-256 over the password in UTF-8 as it is
/// given. Any thread. What is derived on the way is wiped.
/// </summary>
public static class Keystore
{
    private const int CipherKeySize = 16, SaltSize = 32, BlockSize = 16;
    private const int MacPreimageSize =
        KeystoreDocument.KeySize - CipherKeySize + KeystoreDocument.CiphertextSize;

    /// <summary>Seals a wallet with a password, by scrypt.</summary>
    /// <param name="wallet">Stays the caller's.</param>
    /// <param name="password">Any text; an empty one protects nothing.</param>
    /// <param name="cost"><see cref="KeystoreCost.Default"/> when null.</param>
    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="ArgumentException">The cost is one that <see cref="TryDecrypt"/> would
    /// refuse.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for that cost.</exception>
    public static byte[] Encrypt(Wallet wallet, string password, KeystoreCost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        ArgumentNullException.ThrowIfNull(password);
        cost ??= KeystoreCost.Default;
        if (!cost.IsDefined || !cost.IsAffordable)
            throw new ArgumentException("scrypt has no such cost, or it is beyond the limits.", nameof(cost));
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        byte[] iv = RandomNumberGenerator.GetBytes(KeystoreDocument.IvSize);
        byte[] ciphertext = new byte[KeystoreDocument.CiphertextSize];
        byte[] mac = new byte[KeystoreDocument.MacSize];
        Span<byte> key = stackalloc byte[KeystoreDocument.KeySize];
        Span<byte> secret = stackalloc byte[Wallet.SecretSize];
        try
        {
            if (!TryDeriveScrypt(password, salt, cost, key))
                throw new OutOfMemoryException("There is no memory for scrypt at that cost.");
            wallet.ExportSecret(secret);
            ApplyCipher(key[..CipherKeySize], iv, secret, ciphertext);
            ComputeMac(key, ciphertext, mac);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(secret);
        }
        return Write(wallet.Address, cost, salt, iv, ciphertext, mac);
    }

    /// <summary>
    /// Opens a keystore. Sizes and costs are judged before any work is done; never throws on bad bytes. It
    /// runs as long as the file's cost says: at most a few seconds and <see
    /// cref="ClientLimits.ScryptBytesMax"/>.
    /// </summary>
    /// <param name="json">The whole file, at most <see cref="ClientLimits.KeystoreBytesMax"/>.</param>
    /// <param name="password">The password.</param>
    /// <param name="wallet">The caller's to dispose; null unless the result is <see
    /// cref="KeystoreProblem.None"/>.</param>
    public static KeystoreProblem TryDecrypt(ReadOnlySpan<byte> json, string password, out Wallet? wallet)
    {
        ArgumentNullException.ThrowIfNull(password);
        wallet = null;
        KeystoreProblem problem = KeystoreDocument.TryRead(json, out KeystoreDocument? document);
        if (problem != KeystoreProblem.None) return problem;
        Span<byte> key = stackalloc byte[KeystoreDocument.KeySize];
        Span<byte> secret = stackalloc byte[Wallet.SecretSize];
        Span<byte> mac = stackalloc byte[KeystoreDocument.MacSize];
        try
        {
            if (!TryDerive(document!, password, key)) return KeystoreProblem.TooCostly;
            ComputeMac(key, document!.Ciphertext, mac);
            if (!CryptographicOperations.FixedTimeEquals(mac, document.Mac))
                return KeystoreProblem.WrongPassword;
            ApplyCipher(key[..CipherKeySize], document.Iv, document.Ciphertext, secret);
            if (!Wallet.TryImport(secret, out Wallet? opened)) return KeystoreProblem.Malformed;
            if (document.Address is { } named && named != opened!.Address)
            {
                opened.Dispose();
                return KeystoreProblem.Malformed;
            }
            wallet = opened;
            return KeystoreProblem.None;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// The address that a keystore says it holds, without opening it: a hint, not a fact. False when it names
    /// none or is no keystore that <see cref="TryDecrypt"/> could open. Never throws on bad bytes.
    /// </summary>
    public static bool TryReadAddress(ReadOnlySpan<byte> json, out Address address)
    {
        address = default;
        if (KeystoreDocument.TryRead(json, out KeystoreDocument? document) != KeystoreProblem.None
            || document!.Address is not { } named)
            return false;
        address = named;
        return true;
    }

    private static bool TryDerive(KeystoreDocument document, string password, Span<byte> key)
    {
        if (document.Scrypt is { } cost) return TryDeriveScrypt(password, document.Salt, cost, key);
        byte[] bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(
                bytes, document.Salt, key, document.Iterations, HashAlgorithmName.SHA256);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool TryDeriveScrypt(string password, byte[] salt, KeystoreCost cost, Span<byte> key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return Scrypt.TryDerive(bytes, salt, cost.N, cost.R, cost.P, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static void ComputeMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> ciphertext, Span<byte> mac)
    {
        Span<byte> preimage = stackalloc byte[MacPreimageSize];
        key[CipherKeySize..].CopyTo(preimage);
        ciphertext.CopyTo(preimage[(key.Length - CipherKeySize)..]);
        Keccak256.Hash(preimage, mac);
        CryptographicOperations.ZeroMemory(preimage);
    }

    // CTR of NIST SP 800-38A, made of ECB: the platform has no CTR mode. The whole IV is the counter,
    // big-endian.
    private static void ApplyCipher(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        using Aes aes = Aes.Create();
        aes.SetKey(key);
        Span<byte> block = stackalloc byte[BlockSize];
        Span<byte> stream = stackalloc byte[BlockSize];
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        for (int at = 0; at < input.Length; at += BlockSize)
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, unchecked(counter++));
            aes.EncryptEcb(block, stream, PaddingMode.None);
            for (int i = 0; i < BlockSize; i++) output[at + i] = (byte)(input[at + i] ^ stream[i]);
        }
        CryptographicOperations.ZeroMemory(stream);
    }

    private static byte[] Write(
        Address address, KeystoreCost cost, byte[] salt, byte[] iv, byte[] ciphertext, byte[] mac)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", KeystoreDocument.Version);
            writer.WriteString("id", Guid.NewGuid());
            writer.WriteString("address", address.ToHex().AsSpan(2));
            writer.WriteStartObject("crypto");
            writer.WriteString("cipher", KeystoreDocument.Cipher);
            writer.WriteStartObject("cipherparams");
            writer.WriteString("iv", Convert.ToHexStringLower(iv));
            writer.WriteEndObject();
            writer.WriteString("ciphertext", Convert.ToHexStringLower(ciphertext));
            writer.WriteString("kdf", KeystoreDocument.ScryptName);
            writer.WriteStartObject("kdfparams");
            writer.WriteNumber("dklen", KeystoreDocument.KeySize);
            writer.WriteNumber("n", cost.N);
            writer.WriteNumber("r", cost.R);
            writer.WriteNumber("p", cost.P);
            writer.WriteString("salt", Convert.ToHexStringLower(salt));
            writer.WriteEndObject();
            writer.WriteString("mac", Convert.ToHexStringLower(mac));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
