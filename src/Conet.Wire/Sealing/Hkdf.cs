using System.Security.Cryptography;

namespace Conet.Wire.Sealing;

/// <summary>
/// HKDF-SHA256 over spans, which wipes what it put on the stack. Allocates nothing for infos up to some 400
/// bytes; any thread. Source: RFC 5869.
/// </summary>
internal static class Hkdf
{
    internal const int HashSize = 32;

    /// <summary>Most bytes of output: the counter is one byte.</summary>
    internal const int OutputBytesMax = 255 * HashSize;

    /// <summary>Bytes up to which a buffer lies on the stack; what Conet derives from is shorter.</summary>
    internal const int StackBytesMax = 512;

    /// <summary>Most bytes of info: a context of 64 KiB with its labels; bounds the buffer.</summary>
    internal const int InfoBytesMax = (1 << 16) + StackBytesMax;

    /// <summary>HKDF-Extract into the first 32 bytes; an empty salt is 32 zero bytes.</summary>
    internal static void Extract(
        ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyMaterial, Span<byte> pseudoRandomKey)
    {
        Span<byte> zeroSalt = stackalloc byte[HashSize];
        zeroSalt.Clear();
        HMACSHA256.HashData(salt.IsEmpty ? zeroSalt : salt, keyMaterial, pseudoRandomKey[..HashSize]);
    }

    /// <summary>HKDF-Expand; fills the output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The output or the info is too long.</exception>
    internal static void Expand(
        ReadOnlySpan<byte> pseudoRandomKey, ReadOnlySpan<byte> info, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, OutputBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(info.Length, InfoBytesMax);
        int length = HashSize + info.Length + 1;
        Span<byte> block = length <= StackBytesMax ? stackalloc byte[length] : new byte[length];
        info.CopyTo(block[HashSize..]);
        Span<byte> hash = stackalloc byte[HashSize];
        for (byte counter = 1; !output.IsEmpty; counter++)
        {
            block[^1] = counter;
            HMACSHA256.HashData(pseudoRandomKey, counter == 1 ? block[HashSize..] : block, hash);
            hash.CopyTo(block);
            int taken = Math.Min(HashSize, output.Length);
            hash[..taken].CopyTo(output);
            output = output[taken..];
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(hash);
    }
}
