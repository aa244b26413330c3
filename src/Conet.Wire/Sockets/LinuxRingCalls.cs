using System.Runtime.InteropServices;
using static Conet.Wire.Sockets.LinuxRingAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// The calls of io_uring, so that tests can stand in for the kernel. Used as a generic parameter. What
/// fails returns the negated errno.
/// </summary>
internal unsafe interface ILinuxRingCalls
{
    /// <summary>Makes a ring; returns its descriptor.</summary>
    int Setup(uint entries, RingParams* parameters);

    /// <summary>Maps a part of a ring, or null.</summary>
    byte* Map(int ring, nuint bytes, long offset);

    /// <summary>Gives a mapped part back.</summary>
    void Unmap(byte* part, nuint bytes);

    /// <summary>Registers something with a ring.</summary>
    int Register(int ring, uint what, void* argument, uint count);

    /// <summary>Submits, waits and runs what is due; returns how many entries were taken.</summary>
    int Enter(int ring, uint submit, uint complete, uint flags);

    /// <summary>Closes a ring; the kernel ends its requests some time later.</summary>
    void Close(int ring);
}

/// <summary>The calls as the kernel has them.</summary>
internal readonly unsafe partial struct LinuxRingCalls : ILinuxRingCalls
{
    private const int PROT_READ_WRITE = 3;
    private const int MAP_SHARED_POPULATE = 0x8001;

    public int Setup(uint entries, RingParams* parameters) =>
        ResultOf(syscall(SYS_setup, (nint)entries, (nint)parameters, 0, 0, 0, 0));

    public byte* Map(int ring, nuint bytes, long offset)
    {
        nint part = mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, ring, offset);
        return part == -1 ? null : (byte*)part;
    }

    public void Unmap(byte* part, nuint bytes) => _ = munmap(part, bytes);

    public int Register(int ring, uint what, void* argument, uint count) =>
        ResultOf(syscall(SYS_register, ring, (nint)what, (nint)argument, (nint)count, 0, 0));

    public int Enter(int ring, uint submit, uint complete, uint flags) =>
        ResultOf(syscall(SYS_enter, ring, (nint)submit, (nint)complete, (nint)flags, 0, 0));

    public void Close(int ring) => LinuxCalls.Close(ring);

    private static int ResultOf(nint result) => result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(
        nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(void* at, nuint bytes, int access, int flags, int file, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(void* at, nuint bytes);
}
