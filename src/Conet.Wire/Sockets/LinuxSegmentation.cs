using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>Which of UDP_GRO and UDP_SEGMENT this kernel takes; asked once.</summary>
internal static class LinuxSegmentation
{
    private static readonly Lazy<bool> _canReceive = new(() => Works(EnableReceive));
    private static readonly Lazy<bool> _canSend = new(() => Works(SendTrain));

    /// <summary>Whether trains can be received.</summary>
    public static bool CanReceive => _canReceive.Value;

    /// <summary>Whether trains can be sent.</summary>
    public static bool CanSend => _canSend.Value;

    public static void EnableReceive(Socket socket)
    {
        Span<byte> one = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(one, 1);
        socket.SetRawSocketOption(SOL_UDP, UDP_GRO, one);
    }

    private static bool Works(Action<Socket> probe)
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            probe(socket);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void SendTrain(Socket socket)
    {
        Span<byte> size = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(size, CellLayout.Size);
        socket.SetRawSocketOption(SOL_UDP, UDP_SEGMENT, size);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.SendTo(new byte[2 * CellLayout.Size], socket.LocalEndPoint!);
    }
}
