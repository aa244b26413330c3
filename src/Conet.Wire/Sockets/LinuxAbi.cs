using System.Runtime.InteropServices;

namespace Conet.Wire.Sockets;

/// <summary>
/// Numbers and structures of Linux on 64-bit little-endian machines, named as in its headers.
/// </summary>
internal static unsafe class LinuxAbi
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOL_UDP = 17;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;
    public const int MSG_CTRUNC = 0x08;
    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;
    public const short POLLIN = 0x001;
    public const short POLLERR = 0x008;
    public const short POLLHUP = 0x010;
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;

    public const int EPERM = 1;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EINVAL = 22;
    public const int ENOSYS = 38;
    public const int EMSGSIZE = 90;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ENOBUFS = 105;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int EHOSTUNREACH = 113;
    public const int ECANCELED = 125;

    public const int SockAddrBytes = 32;
    public const int SockAddrInBytes = 16;
    public const int SockAddrIn6Bytes = 28;

    /// <summary>CMSG_SPACE of a u16 or an int: header 16, data padded to 8.</summary>
    public const int ControlBytes = 24;

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVec
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MsgHdr
    {
        public byte* Name;
        public uint NameLength;
        public IoVec* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MMsgHdr
    {
        public MsgHdr Header;
        public uint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CMsgHdr
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>The segment size that came beside a received train, or 0 beside a datagram.</summary>
    public static int SegmentBytesOf(byte* controls, nuint bytes)
    {
        if (bytes < (nuint)(sizeof(CMsgHdr) + sizeof(int)))
            return 0;
        CMsgHdr* control = (CMsgHdr*)controls;
        return control->Level == SOL_UDP && control->Type == UDP_GRO ? *(int*)(control + 1) : 0;
    }
}
