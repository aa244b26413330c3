using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Conet.Wire.Native;

namespace Conet.Wire.Sealing;

/// <summary>
/// One HPKE exchange: seals or opens in sequence, and exports secrets bound to it. Lives on the stack;
/// dispose it to wipe its keys. One thread. Source: RFC 9180, sections 5.2 and 5.3.
/// </summary>
public ref struct HpkeContext : IDisposable
{
    private Secrets _secrets;
    private ulong _sequence;

    internal HpkeContext(scoped ReadOnlySpan<byte> secrets)
    {
        _secrets = default;
        secrets.CopyTo(_secrets);
    }

    /// <summary>Seals the next plaintext: ciphertext and tag are 16 bytes longer.</summary>
    public void Seal(
        scoped ReadOnlySpan<byte> aad,
        scoped ReadOnlySpan<byte> plaintext,
        scoped Span<byte> ciphertextAndTag)
    {
        Span<byte> nonce = stackalloc byte[HpkeKeySchedule.NonceSize];
        NextNonce(nonce);
        ReadOnlySpan<byte> key = _secrets[..HpkeKeySchedule.KeySize];
        ChaCha20Poly1305Ietf.Seal(key, nonce, aad, plaintext, ciphertextAndTag);
        _sequence++;
    }

    /// <summary>Opens the next ciphertext; false, and the sequence stays, if it was altered.</summary>
    public bool TryOpen(
        scoped ReadOnlySpan<byte> aad,
        scoped ReadOnlySpan<byte> ciphertextAndTag,
        scoped Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[HpkeKeySchedule.NonceSize];
        NextNonce(nonce);
        ReadOnlySpan<byte> key = _secrets[..HpkeKeySchedule.KeySize];
        if (!ChaCha20Poly1305Ietf.TryOpen(key, nonce, aad, ciphertextAndTag, plaintext))
            return false;
        _sequence++;
        return true;
    }

    /// <summary>
    /// Exports a secret of the output's length, at most 8160 bytes, bound to this exchange and the context.
    /// </summary>
    public readonly void Export(scoped ReadOnlySpan<byte> exporterContext, scoped Span<byte> output)
    {
        ReadOnlySpan<byte> exporter = _secrets[(HpkeKeySchedule.KeySize + HpkeKeySchedule.NonceSize)..];
        HpkeKeySchedule.Expand(HpkeKeySchedule.HpkeSuite, exporter, "sec"u8, exporterContext, output);
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_secrets);

    private readonly void NextNonce(scoped Span<byte> nonce)
    {
        if (_sequence == ulong.MaxValue)
            throw new InvalidOperationException("This exchange has sealed as many messages as it may.");
        ReadOnlySpan<byte> secrets = _secrets;
        secrets.Slice(HpkeKeySchedule.KeySize, HpkeKeySchedule.NonceSize).CopyTo(nonce);
        Span<byte> tail = nonce[^sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ _sequence);
    }

    [InlineArray(HpkeKeySchedule.SecretsSize)]
    private struct Secrets
    {
        private byte _first;
    }
}
