using System.Buffers.Binary;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// An endpoint as sockaddr_in or sockaddr_in6.
/// <code>
///  sockaddr_in   family 2 | port 2 (BE) | address 4 | zero 8
///  sockaddr_in6  family 2 | port 2 (BE) | flow 4 | address 16 | scope 4
/// </code>
/// </summary>
internal static class LinuxSockAddr
{
    private const int PortOffset = 2;
    private const int Ipv4Offset = 4;
    private const int Ipv6Offset = 8;

    public static UdpEndpoint Read(ReadOnlySpan<byte> bytes)
    {
        int family = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return family == AF_INET
            ? UdpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[Ipv4Offset..]), port)
            : new UdpEndpoint(bytes.Slice(Ipv6Offset, UdpEndpoint.AddressSize), port);
    }

    /// <summary>Writes all 32 bytes; returns the length, or 0 if an IPv4 socket cannot send there.</summary>
    public static int Write(in UdpEndpoint endpoint, bool ipv6, Span<byte> bytes)
    {
        bytes = bytes[..SockAddrBytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], endpoint.Port);
        if (ipv6)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, AF_INET6);
            endpoint.CopyAddressTo(bytes[Ipv6Offset..]);
            return SockAddrIn6Bytes;
        }

        if (!endpoint.IsIPv4)
            return 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, AF_INET);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Ipv4Offset..], endpoint.IPv4);
        return SockAddrInBytes;
    }
}
