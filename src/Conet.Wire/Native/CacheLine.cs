using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Conet.Wire.Native;

/// <summary>Hints to the processor's cache.</summary>
internal static unsafe class CacheLine
{
    /// <summary>
    /// Asks for the line that something lies in, without waiting for it. If the collector moves it meanwhile,
    /// the hint was in vain and nothing else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<T>(ref readonly T place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
    }
}
