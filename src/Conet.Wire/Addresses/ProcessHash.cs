using System.Runtime.InteropServices;

namespace Conet.Wire.Addresses;

/// <summary>
/// Hash codes that strangers cannot make collide: .NET's Marvin over all bytes, with the random 64-bit key
/// that it draws for each process. HashCode.Combine will not do: it folds each 64-bit value to 32 bits before
/// its key comes in, so values of equal fold collide in every process. Any thread.
/// </summary>
internal static class ProcessHash
{
    /// <summary>The hash code of an even number of bytes, of this process only.</summary>
    internal static int Of(ReadOnlySpan<byte> bytes) =>
        string.GetHashCode(MemoryMarshal.Cast<byte, char>(bytes));
}
