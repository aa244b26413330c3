using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Sockets;

namespace Conet.LoadGen.Tools;

/// <summary>
/// What generator and sink need of a socket that a node does not: addresses beside the cells, exact sleeps.
/// </summary>
internal static unsafe partial class LoadSocket
{
    /// <summary>Bytes asked for as socket buffers.</summary>
    public const int BufferBytes = 16 << 20;

    /// <summary>CMSG_SPACE of a segment size and a packet info.</summary>
    public const int ControlBytes = 64;

    public const int IPPROTO_IP = 0;
    public const int IP_PKTINFO = 8;

    private const int SOL_SOCKET = 1;
    private const int SO_SNDBUFFORCE = 32;
    private const int SO_RCVBUFFORCE = 33;
    private const int CLOCK_MONOTONIC = 1;
    private const int PR_SET_TIMERSLACK = 29;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Opens a socket with large buffers; past the system's limit where the user may.</summary>
    /// <exception cref="ToolException">It cannot be bound.</exception>
    public static Socket Open(IPEndPoint local)
    {
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveBufferSize = BufferBytes;
        socket.SendBufferSize = BufferBytes;
        TrySet(socket, SOL_SOCKET, SO_RCVBUFFORCE, BufferBytes);
        TrySet(socket, SOL_SOCKET, SO_SNDBUFFORCE, BufferBytes);
        try
        {
            socket.Bind(local);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ToolException($"cannot bind UDP {local}: {error.Message}");
        }
    }

    /// <summary>Sets an option of four bytes; false if the system refuses.</summary>
    public static bool TrySet(Socket socket, int level, int option, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(bytes, value);
        try
        {
            socket.SetRawSocketOption(level, option, bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Lets this thread's sleeps end when they should.</summary>
    public static void SharpenSleep() => _ = prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);

    /// <summary>Sleeps.</summary>
    public static void Sleep(long nanoseconds)
    {
        TimeSpec time = new()
        {
            Seconds = nanoseconds / NanosecondsPerSecond,
            Nanoseconds = nanoseconds % NanosecondsPerSecond,
        };
        _ = clock_nanosleep(CLOCK_MONOTONIC, 0, &time, null);
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc")]
    private static partial int clock_nanosleep(int clock, int flags, TimeSpec* wanted, TimeSpec* left);

    /// <summary>in_pktinfo of ip(7); addresses in network order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PacketInfo
    {
        public int Interface;
        public uint Local;
        public uint Destination;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
