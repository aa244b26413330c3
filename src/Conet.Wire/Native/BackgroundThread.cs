using System.Runtime.InteropServices;

namespace Conet.Wire.Native;

/// <summary>setpriority for one thread: .NET's thread priorities do nothing on Linux.</summary>
internal static partial class BackgroundThread
{
    private const int PRIO_PROCESS = 0;
    private const int LeastNice = 19;

    /// <summary>
    /// Makes the calling thread, for good, one that runs when nothing else of this machine wants the core.
    /// Give it no thread of a pool. False where the system has no such thing; the thread then runs as it did.
    /// </summary>
    public static bool TryEnter()
    {
        // On Linux a thread has a niceness of its own, and 0 is the calling one.
        return OperatingSystem.IsLinux() && setpriority(PRIO_PROCESS, 0, LeastNice) == 0;
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);
}
