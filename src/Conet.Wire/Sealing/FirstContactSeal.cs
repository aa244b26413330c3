using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;

namespace Conet.Wire.Sealing;

/// <summary>
/// Seals an envelope into a cell so that only the holder of one X25519 key can read it, and opens it again:
/// HPKE base mode, suite 1. Allocates nothing; safe on any thread as long as each call has its own spans.
/// <code>
///  0        20              52                         1144     1160
///  +--------+---------------+--------------------------+--------+
///  |  DST   |  enc          |  ciphertext (1092)       |  tag   |
///  +--------+---------------+--------------------------+--------+
/// </code>
/// Source: RFC 9180; docs/SPEC.md, section 4.
/// </summary>
public static class FirstContactSeal
{
    /// <summary>The suite this type implements.</summary>
    public const byte Suite = 1;

    /// <summary>Offset of the encapsulated key in the cell.</summary>
    public const int EncOffset = CellLayout.SealOffset;

    /// <summary>Bytes of the encapsulated key.</summary>
    public const int EncSize = 32;

    /// <summary>Offset of ciphertext and tag in the cell.</summary>
    public const int CiphertextOffset = EncOffset + EncSize;

    /// <summary>Bytes of ciphertext and tag.</summary>
    public const int CiphertextSize = CellLayout.Size - CiphertextOffset;

    /// <summary>Bytes of the key commitment.</summary>
    public const int KeyCommitSize = 32;

    /// <summary>Bytes of the HPKE info.</summary>
    public const int InfoSize = 12 + 8 + Address.Size + 1 + SealKey.PublicKeySize;

    private static ReadOnlySpan<byte> InfoLabel => "conet/seal/1"u8;

    private static ReadOnlySpan<byte> CommitLabel => "conet/commit/1"u8;

    /// <summary>Seals an envelope. A fresh ephemeral key is drawn on every call.</summary>
    /// <param name="network">Network of both sides.</param>
    /// <param name="destination">First 20 bytes of the cell.</param>
    /// <param name="prekey">32 bytes, the recipient's X25519 public key.</param>
    /// <param name="draft">What to say. <see cref="EnvelopeDraft.To"/> must be set if it is signed.</param>
    /// <param name="signer">The sender's wallet, or null for an anonymous envelope.</param>
    /// <param name="cell">Receives exactly 1160 bytes.</param>
    /// <returns>
    /// False if the prekey is no usable point (RFC 9180, section 7.1.4); the cell is then zero.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A span has the wrong length or the draft is out of range.
    /// </exception>
    public static bool TrySeal(
        in NetworkId network,
        in Address destination,
        ReadOnlySpan<byte> prekey,
        in EnvelopeDraft draft,
        Wallet? signer,
        Span<byte> cell) =>
        TrySeal(network, destination, prekey, draft, signer, ephemeralKeyMaterial: [], cell);

    /// <summary>
    /// The same with the 32 bytes of RFC 9180's ikmE given, for reproducible examples only.
    /// </summary>
    internal static bool TrySeal(
        in NetworkId network,
        in Address destination,
        ReadOnlySpan<byte> prekey,
        in EnvelopeDraft draft,
        Wallet? signer,
        ReadOnlySpan<byte> ephemeralKeyMaterial,
        Span<byte> cell)
    {
        if (cell.Length != CellLayout.Size)
            throw new ArgumentException("A cell has 1160 bytes.", nameof(cell));
        Span<byte> info = stackalloc byte[InfoSize];
        WriteInfo(network, prekey, info);
        Span<byte> enc = cell.Slice(EncOffset, EncSize);
        if (!Hpke.TrySetupSender(prekey, info, ephemeralKeyMaterial, enc, out HpkeContext context))
        {
            cell.Clear();
            return false;
        }

        try
        {
            new CellWriter(cell).WriteDestination(destination);
            Span<byte> envelope = stackalloc byte[EnvelopeLayout.Size];
            EnvelopeWriter.Write(draft, envelope);
            if (signer is not null)
            {
                Span<byte> keyCommit = stackalloc byte[KeyCommitSize];
                context.Export(CommitLabel, keyCommit);
                EnvelopeWriter.Sign(signer, network, draft, keyCommit, envelope);
            }

            context.Seal(cell[..CiphertextOffset], envelope, cell[CiphertextOffset..]);
            CryptographicOperations.ZeroMemory(envelope);
        }
        finally
        {
            context.Dispose();
        }

        return true;
    }

    /// <summary>
    /// Opens a cell. False, with the envelope cleared, if it is not sealed to that key on that network or was
    /// altered. What comes out is authentic to the exchange but not yet judged: go on with
    /// <see cref="Envelope.TryParse"/>.
    /// </summary>
    /// <param name="network">Network of both sides.</param>
    /// <param name="cell">Bytes of any length from anywhere; anything but 1160 is false.</param>
    /// <param name="key">The recipient's key pair.</param>
    /// <param name="envelope">Receives exactly 1092 bytes.</param>
    /// <param name="keyCommit">Receives exactly 32 bytes, bound by the signature.</param>
    /// <exception cref="ArgumentException">An output span has the wrong length.</exception>
    public static bool TryOpen(
        in NetworkId network, ReadOnlySpan<byte> cell, SealKey key, Span<byte> envelope, Span<byte> keyCommit)
    {
        if (envelope.Length != EnvelopeLayout.Size)
            throw new ArgumentException("An envelope has 1092 bytes.", nameof(envelope));
        if (keyCommit.Length != KeyCommitSize)
            throw new ArgumentException("A key commitment has 32 bytes.", nameof(keyCommit));
        if (cell.Length != CellLayout.Size)
            return false;
        Span<byte> info = stackalloc byte[InfoSize];
        WriteInfo(network, key.PublicKey, info);
        if (!Hpke.TrySetupRecipient(cell.Slice(EncOffset, EncSize), key, info, out HpkeContext context))
            return false;
        try
        {
            if (!context.TryOpen(cell[..CiphertextOffset], cell[CiphertextOffset..], envelope))
            {
                envelope.Clear();
                return false;
            }

            context.Export(CommitLabel, keyCommit);
            return true;
        }
        finally
        {
            context.Dispose();
        }
    }

    /// <summary>Writes the HPKE info: label, chain id, registry, suite, prekey.</summary>
    internal static void WriteInfo(in NetworkId network, ReadOnlySpan<byte> prekey, Span<byte> info)
    {
        InfoLabel.CopyTo(info);
        int offset = InfoLabel.Length;
        BinaryPrimitives.WriteUInt64BigEndian(info[offset..], network.ChainId);
        offset += sizeof(ulong);
        network.RouteRegistry.CopyTo(info[offset..]);
        offset += Address.Size;
        info[offset] = Suite;
        prekey[..SealKey.PublicKeySize].CopyTo(info[(offset + 1)..]);
    }
}
