using System.Runtime.InteropServices;

namespace Conet.Wire.Sockets;

/// <summary>
/// Numbers and structures of io_uring, named as in linux/io_uring.h without its prefix. The same on every
/// 64-bit little-endian machine.
/// </summary>
internal static unsafe class LinuxRingAbi
{
    public const int SYS_setup = 425;
    public const int SYS_enter = 426;
    public const int SYS_register = 427;

    public const uint SETUP_CQSIZE = 1u << 3;
    public const uint SETUP_R_DISABLED = 1u << 6;
    public const uint SETUP_SUBMIT_ALL = 1u << 7;
    public const uint SETUP_TASKRUN_FLAG = 1u << 9;
    public const uint SETUP_SINGLE_ISSUER = 1u << 12;
    public const uint SETUP_DEFER_TASKRUN = 1u << 13;
    public const uint FEAT_SINGLE_MMAP = 1u << 0;

    public const uint ENTER_GETEVENTS = 1u << 0;

    public const uint SQ_CQ_OVERFLOW = 1u << 1;
    public const uint SQ_TASKRUN = 1u << 2;

    public const uint REGISTER_FILES = 2;
    public const uint REGISTER_ENABLE_RINGS = 12;
    public const uint REGISTER_PBUF_RING = 22;

    public const byte OP_SENDMSG = 9;
    public const byte OP_RECVMSG = 10;
    public const byte SQE_FIXED_FILE = 1 << 0;
    public const byte SQE_BUFFER_SELECT = 1 << 5;
    public const ushort RECV_MULTISHOT = 1 << 1;

    public const uint CQE_F_BUFFER = 1u << 0;
    public const uint CQE_F_MORE = 1u << 1;
    public const int CQE_BUFFER_SHIFT = 16;

    public const long OFF_SQ_RING = 0;
    public const long OFF_SQES = 0x10000000;

    [StructLayout(LayoutKind.Sequential)]
    public struct Sqe
    {
        public byte Opcode;
        public byte Flags;
        public ushort IoPriority;
        public int File;
        public ulong Offset;
        public void* Address;
        public uint Length;
        public uint MessageFlags;
        public ulong UserData;
        public ushort BufferGroup;
        public ushort Personality;
        public uint SpliceFile;
        public ulong Address3;
        public ulong Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Cqe
    {
        public ulong UserData;
        public int Result;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct SqOffsets
    {
        public uint Head;
        public uint Tail;
        public uint RingMask;
        public uint RingEntries;
        public uint Flags;
        public uint Dropped;
        public uint Array;
        public uint Reserved;
        public ulong UserAddress;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CqOffsets
    {
        public uint Head;
        public uint Tail;
        public uint RingMask;
        public uint RingEntries;
        public uint Overflow;
        public uint Cqes;
        public uint Flags;
        public uint Reserved;
        public ulong UserAddress;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RingParams
    {
        public uint SqEntries;
        public uint CqEntries;
        public uint Flags;
        public uint SqThreadCpu;
        public uint SqThreadIdle;
        public uint Features;
        public uint WqFile;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
        public SqOffsets Sq;
        public CqOffsets Cq;
    }

    /// <summary>A place of a ring of provided buffers.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ProvidedBuffer
    {
        public byte* Address;
        public uint Length;
        public ushort Id;

        /// <summary>In the first place: the tail of the ring.</summary>
        public ushort Tail;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ProvidedBuffersRegistration
    {
        public void* Ring;
        public uint Entries;
        public ushort Group;
        public ushort Flags;
        public ulong Reserved0;
        public ulong Reserved1;
        public ulong Reserved2;
    }

    /// <summary>What a multishot recvmsg writes before name, control and payload.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ReceivedHeader
    {
        public uint NameLength;
        public uint ControlLength;
        public uint PayloadLength;
        public uint Flags;
    }
}
