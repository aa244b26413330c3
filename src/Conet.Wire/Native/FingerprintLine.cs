using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Conet.Wire.Native;

/// <summary>
/// One line of a <see cref="FingerprintDirectory"/>, valid as long as that is alive. Any thread.
/// </summary>
internal readonly unsafe struct FingerprintLine
{
    private readonly byte* _line;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal FingerprintLine(byte* line) => _line = line;

    /// <summary>Asks for the line without waiting for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_line);
    }

    /// <summary>Finds a fingerprint.</summary>
    /// <param name="print">Not 0.</param>
    /// <param name="value">Its value; 0 for none.</param>
    /// <param name="isMarked">Whether the line was marked.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(ulong print, out uint value, out bool isMarked) =>
        FingerprintLines.TryFind(_line, print, out value, out isMarked);
}
