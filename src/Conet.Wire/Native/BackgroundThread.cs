using System.Runtime.InteropServices;

namespace Conet.Wire.Native;

/// <summary>setpriority for one thread: .NET's thread priorities do nothing on Linux.</summary>
internal static partial class BackgroundThread
{
    private const int PRIO_PROCESS = 0;

    /// <summary>A tenth of what others get when all want the core; all of it when they do not.</summary>
    private const int Niceness = 10;

    /// <summary>
    /// Makes the calling thread, for good, one that gives way to others. Not for threads of a pool. False
    /// where the system has no such thing; the thread then runs as it did.
    /// </summary>
    public static bool TryEnter()
    {
        // On Linux a thread has a niceness of its own, and 0 is the calling one.
        return OperatingSystem.IsLinux() && setpriority(PRIO_PROCESS, 0, Niceness) == 0;
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);
}
