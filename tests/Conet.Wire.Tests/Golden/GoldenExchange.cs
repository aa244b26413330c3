using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Native;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// One HPKE exchange of RFC 9180, step by step with its intermediate values.
/// </summary>
internal sealed class GoldenExchange
{
    private static readonly byte[] _commitLabel = "conet/commit/1"u8.ToArray();

    public GoldenExchange(
        in NetworkId network, byte[] recipientKey, byte[] ephemeralKeyMaterial, byte[]? info = null)
    {
        if (info is null)
            FirstContactSeal.WriteInfo(network, recipientKey, Info);
        else
            info.CopyTo(Info, 0);
        HpkeKeySchedule.DeriveSecretKey(ephemeralKeyMaterial, EphemeralSecret);
        X25519.GetPublicKey(EphemeralSecret, Enc);
        Assert.True(X25519.TryAgree(EphemeralSecret, recipientKey, Dh));
        KemContext = [.. Enc, .. recipientKey];
        HpkeKeySchedule.KemSecret(Dh, KemContext, SharedSecret);
        HpkeKeySchedule.Extract(
            HpkeKeySchedule.HpkeSuite, [], "psk_id_hash"u8, [], KeyScheduleContext.AsSpan(1));
        HpkeKeySchedule.Extract(
            HpkeKeySchedule.HpkeSuite, [], "info_hash"u8, Info, KeyScheduleContext.AsSpan(33));
        HpkeKeySchedule.Extract(HpkeKeySchedule.HpkeSuite, SharedSecret, "secret"u8, [], Secret);
        Expand(Secret, "key"u8, KeyScheduleContext, Key);
        Expand(Secret, "base_nonce"u8, KeyScheduleContext, BaseNonce);
        Expand(Secret, "exp"u8, KeyScheduleContext, ExporterSecret);
        Expand(ExporterSecret, "sec"u8, _commitLabel, KeyCommit);
    }

    public byte[] Info { get; } = new byte[FirstContactSeal.InfoSize];

    public byte[] EphemeralSecret { get; } = new byte[X25519.Size];

    public byte[] Enc { get; } = new byte[Hpke.EncSize];

    public byte[] Dh { get; } = new byte[X25519.Size];

    public byte[] KemContext { get; }

    public byte[] SharedSecret { get; } = new byte[HpkeKeySchedule.HashSize];

    public byte[] KeyScheduleContext { get; } = new byte[1 + (2 * HpkeKeySchedule.HashSize)];

    public byte[] Secret { get; } = new byte[HpkeKeySchedule.HashSize];

    public byte[] Key { get; } = new byte[HpkeKeySchedule.KeySize];

    public byte[] BaseNonce { get; } = new byte[HpkeKeySchedule.NonceSize];

    public byte[] ExporterSecret { get; } = new byte[HpkeKeySchedule.HashSize];

    public byte[] KeyCommit { get; } = new byte[FirstContactSeal.KeyCommitSize];

    /// <summary>Seals any 1092 bytes, well formed or not, behind a destination.</summary>
    public byte[] Seal(in Address destination, byte[] envelope, byte[]? aad = null)
    {
        byte[] cell = new byte[CellLayout.Size];
        destination.CopyTo(cell);
        Enc.CopyTo(cell, FirstContactSeal.EncOffset);
        ReadOnlySpan<byte> bound = aad ?? cell.AsSpan(0, FirstContactSeal.CiphertextOffset);
        ChaCha20Poly1305Ietf.Seal(
            Key, BaseNonce, bound, envelope, cell.AsSpan(FirstContactSeal.CiphertextOffset));
        return cell;
    }

    private static void Expand(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) =>
        HpkeKeySchedule.Expand(HpkeKeySchedule.HpkeSuite, key, label, context, output);
}
