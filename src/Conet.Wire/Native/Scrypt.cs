namespace Conet.Wire.Native;

/// <summary>scrypt over spans. Needs about 128 * n * r bytes while it runs. Source: RFC 7914.</summary>
internal static unsafe class Scrypt
{
    /// <summary>
    /// Derives a key. False, with the key cleared, for parameters that scrypt does not have or when the
    /// memory is not to be had. The caller bounds the cost.
    /// </summary>
    /// <param name="password">Password bytes.</param>
    /// <param name="salt">Salt bytes.</param>
    /// <param name="n">Cost: a power of two above 1.</param>
    /// <param name="r">Block size in 128 bytes.</param>
    /// <param name="p">Repetitions, one after the other.</param>
    /// <param name="key">Receives the key.</param>
    internal static bool TryDerive(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ulong n, uint r, uint p, Span<byte> key)
    {
        fixed (byte* pw = password, s = salt, k = key)
        {
            if (Sodium.crypto_pwhash_scryptsalsa208sha256_ll(
                pw, (nuint)password.Length, s, (nuint)salt.Length, n, r, p, k, (nuint)key.Length) == 0)
                return true;
        }

        key.Clear();
        return false;
    }
}
