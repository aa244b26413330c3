namespace Conet.Wire.Native;

/// <summary>X25519 over spans. Source: RFC 7748.</summary>
internal static unsafe class X25519
{
    internal const int Size = 32;

    /// <summary>The public key of a scalar.</summary>
    internal static void GetPublicKey(ReadOnlySpan<byte> secret, Span<byte> publicKey)
    {
        fixed (byte* n = secret, q = publicKey)
            _ = Sodium.crypto_scalarmult_curve25519_base(q, n);
    }

    /// <summary>
    /// The shared secret; false, with it cleared, for a low-order point (only the return code tells).
    /// </summary>
    internal static bool TryAgree(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        fixed (byte* n = secret, p = publicKey, q = shared)
        {
            if (Sodium.crypto_scalarmult_curve25519(q, n, p) == 0)
                return true;
        }

        shared.Clear();
        return false;
    }
}
