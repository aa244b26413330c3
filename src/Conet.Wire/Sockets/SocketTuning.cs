using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Conet.Wire.Sockets;

/// <summary>Options that .NET has no name for, by the numbers of each system.</summary>
internal static class SocketTuning
{
    private const int LinuxSolSocket = 1;
    private const int LinuxReusePort = 15;
    private const int LinuxSendBufferForce = 32;
    private const int LinuxReceiveBufferForce = 33;
    private const int BsdSolSocket = 0xFFFF;
    private const int BsdReusePort = 0x200;
    private const int WindowsUdpConnectionReset = unchecked((int)0x9800000C);

    /// <summary>Lets several sockets share a port.</summary>
    /// <exception cref="PlatformNotSupportedException">The system cannot.</exception>
    public static void ReusePort(Socket socket)
    {
        Span<byte> one = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(one, 1);
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(LinuxSolSocket, LinuxReusePort, one);
        else if (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD())
            socket.SetRawSocketOption(BsdSolSocket, BsdReusePort, one);
        else
            throw new PlatformNotSupportedException("this system cannot share a UDP port between workers");
    }

    /// <summary>Asks for larger buffers, past the system's usual limit where the process may.</summary>
    public static void GrowBuffers(Socket socket, int bytes)
    {
        Try(() => socket.ReceiveBufferSize = bytes);
        Try(() => socket.SendBufferSize = bytes);
        if (!OperatingSystem.IsLinux())
            return;
        byte[] value = BitConverter.GetBytes(bytes);
        Try(() => socket.SetRawSocketOption(LinuxSolSocket, LinuxReceiveBufferForce, value));
        Try(() => socket.SetRawSocketOption(LinuxSolSocket, LinuxSendBufferForce, value));
    }

    /// <summary>
    /// Windows reports an ICMP "unreachable" of one destination at the next receive; it is of no use.
    /// </summary>
    public static void IgnoreUnreachable(Socket socket)
    {
        if (OperatingSystem.IsWindows())
            Try(() => socket.IOControl(WindowsUdpConnectionReset, new byte[sizeof(int)], null));
    }

    private static void Try(Action option)
    {
        try
        {
            option();
        }
        catch (SocketException)
        {
            // A smaller buffer or a needless report costs speed, not correctness.
        }
    }
}
