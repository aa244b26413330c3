using System.Runtime.InteropServices;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// The calls of a Linux socket, so that tests can put errors in their way. Used as a generic parameter.
/// </summary>
internal unsafe interface ILinuxCalls
{
    /// <summary>recvmmsg without waiting: messages received, or the negated errno.</summary>
    int ReceiveMany(int descriptor, MMsgHdr* messages, int count);

    /// <summary>sendmmsg without waiting: messages sent, or the negated errno of the first.</summary>
    int SendMany(int descriptor, MMsgHdr* messages, int count);
}

/// <summary>The calls as libc has them.</summary>
internal readonly unsafe partial struct LinuxCalls : ILinuxCalls
{
    public int ReceiveMany(int descriptor, MMsgHdr* messages, int count)
    {
        int result = recvmmsg(descriptor, messages, (uint)count, MSG_DONTWAIT, null);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    public int SendMany(int descriptor, MMsgHdr* messages, int count)
    {
        int result = sendmmsg(descriptor, messages, (uint)count, MSG_DONTWAIT | MSG_NOSIGNAL);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    public static int Poll(PollFd* descriptors, int count, int timeoutMs)
    {
        int result = poll(descriptors, (nuint)count, timeoutMs);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    public static int EventDescriptor()
    {
        int result = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    public static void Signal(int eventDescriptor)
    {
        ulong one = 1;
        _ = write(eventDescriptor, &one, sizeof(ulong));
    }

    public static void Reset(int eventDescriptor)
    {
        ulong value;
        _ = read(eventDescriptor, &value, sizeof(ulong));
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>Makes a pipe: the end to read, then the end to write. 0, or the negated errno.</summary>
    public static int Pipe(int* ends) => pipe2(ends, EFD_CLOEXEC) < 0 ? -Marshal.GetLastPInvokeError() : 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int recvmmsg(int descriptor, MMsgHdr* messages, uint count, int flags, void* wait);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sendmmsg(int descriptor, MMsgHdr* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFd* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
