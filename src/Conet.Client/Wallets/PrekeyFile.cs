using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Native;
using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>
/// The prekeys of a wallet in a file that only the wallet opens. Prekeys are random, not derived from the
/// wallet: a prekey that was dropped is gone, and with it what was sealed to it, even for one who later
/// learns the wallet's key (and has no old copy of this file). The size is always the same, so it does not
/// tell how many keys there are.
/// </summary>
/// <remarks>
/// Numbers are big-endian.
/// <code>
/// 0       4         5        8         24                                    220
/// +-------+---------+--------+---------+---------------------------------------+
/// | CNPK  | version | zero   | salt    | sealed: 180 bytes and a tag of 16     |
/// +-------+---------+--------+---------+---------------------------------------+
/// sealed:  count (1) | zero (3) | 4 slots, newest first; those beyond count are zero
/// slot:    epoch (4) | created, Unix milliseconds (8) | X25519 secret (32)
/// key:     HKDF-SHA-256(ikm = wallet secret, salt, info = "conet/prekeys/1"), 32 bytes
/// seal:    ChaCha20-Poly1305 (RFC 8439), nonce zero, additional data = the 24 bytes before
/// </code>
/// Each file has a fresh salt and so a key of its own, which is why the nonce may be zero.
/// </remarks>
public static class PrekeyFile
{
    /// <summary>Size of every file in bytes.</summary>
    public const int Size = SealedOffset + ContentSize + ChaCha20Poly1305Ietf.TagSize;

    private const int VersionOffset = 4, ZeroOffset = VersionOffset + 1, SaltOffset = ZeroOffset + 3;
    private const int SaltSize = 16, SealedOffset = SaltOffset + SaltSize;
    private const int SlotsOffset = 4, CreatedOffset = 4, SecretOffset = CreatedOffset + 8;
    private const int SlotSize = SecretOffset + SealKey.SecretSize;
    private const int ContentSize = SlotsOffset + ClientLimits.PrekeysStoredMax * SlotSize;
    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "CNPK"u8;

    private static ReadOnlySpan<byte> KeyInfo => "conet/prekeys/1"u8;

    /// <summary>Seals prekeys for a wallet. Neither is taken over.</summary>
    /// <param name="wallet">Who may open the file.</param>
    /// <param name="prekeys">At most <see cref="ClientLimits.PrekeysStoredMax"/>, by falling epoch.</param>
    /// <exception cref="ArgumentException">Too many, out of order, or an epoch of 0.</exception>
    public static byte[] Encode(Wallet wallet, IReadOnlyList<StoredPrekey> prekeys)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        ArgumentNullException.ThrowIfNull(prekeys);
        if (prekeys.Count > ClientLimits.PrekeysStoredMax)
            throw new ArgumentException("More prekeys than a file holds.", nameof(prekeys));
        byte[] file = new byte[Size];
        Magic.CopyTo(file);
        file[VersionOffset] = Version;
        RandomNumberGenerator.Fill(file.AsSpan(SaltOffset, SaltSize));
        Span<byte> key = stackalloc byte[ChaCha20Poly1305Ietf.KeySize];
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
        Span<byte> content = stackalloc byte[ContentSize];
        nonce.Clear();
        content.Clear();
        try
        {
            content[0] = (byte)prekeys.Count;
            for (int i = 0; i < prekeys.Count; i++)
            {
                bool isOrdered = prekeys[i].Epoch > 0 && (i == 0 || prekeys[i].Epoch < prekeys[i - 1].Epoch);
                if (!isOrdered)
                    throw new ArgumentException("Prekeys are kept newest first.", nameof(prekeys));
                WriteSlot(content.Slice(SlotsOffset + i * SlotSize, SlotSize), prekeys[i]);
            }
            DeriveKey(wallet, file.AsSpan(SaltOffset, SaltSize), key);
            ChaCha20Poly1305Ietf.Seal(
                key, nonce, file.AsSpan(0, SealedOffset), content, file.AsSpan(SealedOffset));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(key);
        }
        return file;
    }

    /// <summary>
    /// Opens a file of the wallet. False when it is of another size or version, altered, or of another
    /// wallet; never throws on bad bytes.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="wallet">Whose prekeys.</param>
    /// <param name="prekeys">Newest first; their keys are the caller's to dispose. Empty on failure.</param>
    public static bool TryDecode(ReadOnlySpan<byte> file, Wallet wallet, out StoredPrekey[] prekeys)
    {
        ArgumentNullException.ThrowIfNull(wallet);
        prekeys = [];
        if (file.Length != Size || !file.StartsWith(Magic) || file[VersionOffset] != Version
            || file[ZeroOffset..SaltOffset].ContainsAnyExcept((byte)0))
            return false;
        Span<byte> key = stackalloc byte[ChaCha20Poly1305Ietf.KeySize];
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
        Span<byte> content = stackalloc byte[ContentSize];
        nonce.Clear();
        try
        {
            DeriveKey(wallet, file.Slice(SaltOffset, SaltSize), key);
            return ChaCha20Poly1305Ietf.TryOpen(
                key, nonce, file[..SealedOffset], file[SealedOffset..], content)
                && TryReadContent(content, out prekeys);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // Only the wallet can have made what gets here; still nothing but the one form is read.
    private static bool TryReadContent(ReadOnlySpan<byte> content, out StoredPrekey[] prekeys)
    {
        prekeys = [];
        int count = content[0];
        if (count > ClientLimits.PrekeysStoredMax || content[1..SlotsOffset].ContainsAnyExcept((byte)0)
            || content[(SlotsOffset + count * SlotSize)..].ContainsAnyExcept((byte)0))
            return false;
        StoredPrekey[] read = new StoredPrekey[count];
        uint newer = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> slot = content.Slice(SlotsOffset + i * SlotSize, SlotSize);
            uint epoch = BinaryPrimitives.ReadUInt32BigEndian(slot);
            bool isOrdered = epoch > 0 && (i == 0 || epoch < newer);
            if (!isOrdered || !SealKey.TryImport(slot[SecretOffset..], out SealKey? key))
            {
                foreach (StoredPrekey prekey in read.AsSpan(0, i)) prekey.Key.Dispose();
                return false;
            }
            ulong createdMs = BinaryPrimitives.ReadUInt64BigEndian(slot[CreatedOffset..]);
            read[i] = new StoredPrekey(epoch, key!, createdMs);
            newer = epoch;
        }
        prekeys = read;
        return true;
    }

    private static void WriteSlot(Span<byte> slot, StoredPrekey prekey)
    {
        BinaryPrimitives.WriteUInt32BigEndian(slot, prekey.Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(slot[CreatedOffset..], prekey.CreatedMs);
        prekey.Key.ExportSecret(slot[SecretOffset..]);
    }

    private static void DeriveKey(Wallet wallet, ReadOnlySpan<byte> salt, Span<byte> key)
    {
        Span<byte> secret = stackalloc byte[Wallet.SecretSize];
        try
        {
            wallet.ExportSecret(secret);
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, KeyInfo);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
