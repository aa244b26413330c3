using System.Runtime.InteropServices;

namespace Conet.Fuzz.Core;

/// <summary>
/// The processor time of the thread that made it, to be read from any thread. Where the system does not tell,
/// that of the whole process. Source: pthread_getcpuclockid(3).
/// </summary>
internal sealed partial class ThreadClock
{
    private readonly int _clock;
    private readonly bool _isOfThread;

    public ThreadClock() =>
        _isOfThread = OperatingSystem.IsLinux() && ClockOfThread(CurrentThread(), out _clock) == 0;

    public TimeSpan Used => _isOfThread && ReadClock(_clock, out ClockTime time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000)
        : Environment.CpuUsage.TotalTime;

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint CurrentThread();

    [LibraryImport("libc", EntryPoint = "pthread_getcpuclockid")]
    private static partial int ClockOfThread(nint thread, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out ClockTime time);

    private readonly struct ClockTime
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
