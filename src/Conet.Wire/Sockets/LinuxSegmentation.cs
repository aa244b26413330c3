using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>Whether this kernel takes UDP_GRO and UDP_SEGMENT; asked once.</summary>
internal static class LinuxSegmentation
{
    private static readonly Lazy<bool> _isSupported = new(Probe);

    public static bool IsSupported => _isSupported.Value;

    public static void EnableReceive(Socket socket)
    {
        Span<byte> one = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(one, 1);
        socket.SetRawSocketOption(SOL_UDP, UDP_GRO, one);
    }

    private static bool Probe()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            EnableReceive(socket);
            Span<byte> size = stackalloc byte[sizeof(int)];
            MemoryMarshal.Write(size, CellLayout.Size);
            socket.SetRawSocketOption(SOL_UDP, UDP_SEGMENT, size);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            byte[] train = new byte[2 * CellLayout.Size];
            return socket.SendTo(train, socket.LocalEndPoint!) == train.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
