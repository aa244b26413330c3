using System.Runtime.InteropServices;

namespace Conet.Wire.Sockets;

/// <summary>sched_getaffinity, sched_setaffinity, sched_setscheduler.</summary>
internal static unsafe partial class LinuxAffinity
{
    /// <summary>Bytes of a mask: 8 192 cores, the most that Linux can be built for.</summary>
    private const int MaskBytes = 1_024;

    private const int SCHED_BATCH = 3;

    /// <summary>Cores of the process's first thread, which its other threads inherit.</summary>
    public static int[] OfProcess()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        if (sched_getaffinity(Environment.ProcessId, MaskBytes, mask) < 0)
            return [];
        List<int> cores = [];
        for (int core = 0; core < MaskBytes * 8; core++)
        {
            if ((mask[core / 8] & (1 << (core % 8))) != 0)
                cores.Add(core);
        }

        return [.. cores];
    }

    /// <summary>Binds the calling thread.</summary>
    public static bool TryPin(int core)
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[core / 8] = (byte)(1 << (core % 8));
        return sched_setaffinity(0, MaskBytes, mask) == 0;
    }

    /// <summary>Makes the calling thread one that never interrupts another by waking up.</summary>
    public static bool TryGiveWay()
    {
        int priority = 0;
        return OperatingSystem.IsLinux() && sched_setscheduler(0, SCHED_BATCH, &priority) == 0;
    }

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc")]
    private static partial int sched_setscheduler(int thread, int policy, int* priority);
}
