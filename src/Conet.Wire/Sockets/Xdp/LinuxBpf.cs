using System.Runtime.InteropServices;
using System.Text;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// The bpf system call and what an attachment needs beside it, named as in linux/bpf.h. Results below 0 are
/// negated error numbers.
/// </summary>
internal static unsafe partial class LinuxBpf
{
    public const int MapTypeHash = 1;
    public const int MapTypeArray = 2;
    public const uint NoPreallocation = 1;
    public const uint Mappable = 1 << 10;
    public const uint NativeMode = 1 << 2;
    public const uint GenericMode = 1 << 1;

    public const int ENOENT = 2;
    public const int E2BIG = 7;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int ENOSYS = 38;

    private const int CommandMapCreate = 0;
    private const int CommandMapUpdate = 2;
    private const int CommandMapDelete = 3;
    private const int CommandProgramLoad = 5;
    private const int CommandProgramTestRun = 10;
    private const int CommandMapUpdateBatch = 26;
    private const int CommandLinkCreate = 28;
    private const int ContextSize = 24;
    private const int ProgramTypeXdp = 6;
    private const int AttachXdp = 37;
    private const int NameSize = 16;
    private const int ProtectionReadWrite = 3;
    private const int SharedMapping = 1;
    private const int RequestHardwareAddress = 0x8927;
    private const int SocketDatagram = 2;
    private const int EthernetHardware = 1;
    private const int InterfaceNameSize = 16;
    private const int ProcessorsConfigured = 83;

    /// <summary>The number of the bpf call, or 0 on a machine whose number is not known here.</summary>
    private static readonly int _call = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        _ => 0,
    };

    public static bool IsKnown => OperatingSystem.IsLinux() && BitConverter.IsLittleEndian && _call != 0;

    /// <summary>Processors the machine can have.</summary>
    public static int Processors => Math.Max((int)sysconf(ProcessorsConfigured), Environment.ProcessorCount);

    public static int CreateMap(string name, int type, int keySize, int valueSize, int entries, uint flags)
    {
        MapCreate request = new()
        {
            Type = (uint)type,
            KeySize = (uint)keySize,
            ValueSize = (uint)valueSize,
            Entries = (uint)entries,
            Flags = flags,
        };
        WriteName(name, request.Name);
        return Bpf(CommandMapCreate, &request, sizeof(MapCreate));
    }

    public static int Update(int map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key, valueBytes = value)
        {
            MapElement request = new() { Map = (uint)map, Key = keyBytes, Value = valueBytes };
            return Bpf(CommandMapUpdate, &request, sizeof(MapElement));
        }
    }

    /// <summary>Sets many entries; <paramref name="count"/> becomes how many were set.</summary>
    public static int Update(int map, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count)
    {
        fixed (byte* keyBytes = keys, valueBytes = values)
        {
            MapBatch request = new()
            {
                Keys = keyBytes,
                Values = valueBytes,
                Count = (uint)count,
                Map = (uint)map,
            };
            int result = Bpf(CommandMapUpdateBatch, &request, sizeof(MapBatch));
            count = (int)request.Count;
            return result;
        }
    }

    public static int Delete(int map, ReadOnlySpan<byte> key)
    {
        fixed (byte* keyBytes = key)
        {
            MapElement request = new() { Map = (uint)map, Key = keyBytes };
            return Bpf(CommandMapDelete, &request, sizeof(MapElement));
        }
    }

    /// <summary>Loads an XDP program; <paramref name="log"/> receives what the verifier says.</summary>
    public static int LoadProgram(
        string name, ReadOnlySpan<byte> code, ReadOnlySpan<byte> license, Span<byte> log)
    {
        fixed (byte* codeBytes = code, licenseBytes = license, logBytes = log)
        {
            ProgramLoad request = new()
            {
                Type = ProgramTypeXdp,
                Instructions = (uint)(code.Length / BpfAssembler.InstructionSize),
                Code = codeBytes,
                License = licenseBytes,
                LogLevel = log.IsEmpty ? 0u : 1,
                LogSize = (uint)log.Length,
                Log = logBytes,
                AttachType = AttachXdp,
            };
            WriteName(name, request.Name);
            return Bpf(CommandProgramLoad, &request, sizeof(ProgramLoad));
        }
    }

    /// <summary>Attaches a program until the returned descriptor is closed.</summary>
    public static int Attach(int program, int interfaceIndex, uint mode)
    {
        LinkCreate request = new()
        {
            Program = (uint)program,
            Interface = (uint)interfaceIndex,
            AttachType = AttachXdp,
            Flags = mode,
        };
        return Bpf(CommandLinkCreate, &request, sizeof(LinkCreate));
    }

    /// <summary>
    /// Runs a program on a frame as if it came in by an interface, which must have a program attached, or by
    /// the loopback interface for 0. The result is the program's verdict.
    /// </summary>
    public static int TestRun(
        int program, ReadOnlySpan<byte> frame, int interfaceIndex, Span<byte> output, out int outputBytes)
    {
        uint* context = stackalloc uint[] { 0, (uint)frame.Length, 0, (uint)interfaceIndex, 0, 0 };
        fixed (byte* input = frame, result = output)
        {
            ProgramTest request = new()
            {
                Program = (uint)program,
                InputSize = (uint)frame.Length,
                OutputSize = (uint)output.Length,
                Input = input,
                Output = result,
                Repeat = 1,
                ContextInput = interfaceIndex == 0 ? null : (byte*)context,
                ContextInputSize = interfaceIndex == 0 ? 0u : ContextSize,
            };
            int error = Bpf(CommandProgramTestRun, &request, sizeof(ProgramTest));
            outputBytes = (int)request.OutputSize;
            return error < 0 ? error : (int)request.Verdict;
        }
    }

    /// <summary>Maps an array into this process; null if the system cannot.</summary>
    public static ulong* MapArray(int map, nuint bytes)
    {
        nint address = mmap(null, bytes, ProtectionReadWrite, SharedMapping, map, 0);
        return address == -1 ? null : (ulong*)address;
    }

    public static void UnmapArray(ulong* array, nuint bytes) => _ = munmap(array, bytes);

    /// <summary>The index of an interface, or 0 if there is none of that name.</summary>
    public static int InterfaceIndex(string name) => (int)if_nametoindex(name);

    /// <summary>The hardware address of an Ethernet interface; false for any other.</summary>
    public static bool TryGetMac(string name, Span<byte> mac)
    {
        Span<byte> request = stackalloc byte[InterfaceNameSize + 24];
        request.Clear();
        if (Encoding.UTF8.GetByteCount(name) >= InterfaceNameSize)
            return false;
        Encoding.UTF8.GetBytes(name, request);
        int descriptor = socket(AF_INET, SocketDatagram, 0);
        if (descriptor < 0)
            return false;
        int result;
        fixed (byte* bytes = request)
            result = ioctl(descriptor, RequestHardwareAddress, bytes);
        LinuxCalls.Close(descriptor);
        request.Slice(InterfaceNameSize + 2, mac.Length).CopyTo(mac);
        return result == 0 && MemoryMarshal.Read<ushort>(request[InterfaceNameSize..]) == EthernetHardware;
    }

    private static int Bpf(int command, void* request, int size)
    {
        nint result = syscall(_call, command, request, size);
        return result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;
    }

    private static void WriteName(string name, byte* to)
    {
        for (int index = 0; index < Math.Min(name.Length, NameSize - 1); index++)
            to[index] = (byte)name[index];
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint command, void* request, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(
        void* address, nuint bytes, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint bytes);

    [LibraryImport("libc")]
    private static partial nint sysconf(int name);

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint if_nametoindex(string name);

    [StructLayout(LayoutKind.Sequential)]
    private struct MapCreate
    {
        public uint Type;
        public uint KeySize;
        public uint ValueSize;
        public uint Entries;
        public uint Flags;
        public uint InnerMap;
        public uint NumaNode;
        public fixed byte Name[NameSize];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MapElement
    {
        public uint Map;
        public byte* Key;
        public byte* Value;
        public ulong Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MapBatch
    {
        public ulong InBatch;
        public ulong OutBatch;
        public byte* Keys;
        public byte* Values;
        public uint Count;
        public uint Map;
        public ulong ElementFlags;
        public ulong Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramLoad
    {
        public uint Type;
        public uint Instructions;
        public byte* Code;
        public byte* License;
        public uint LogLevel;
        public uint LogSize;
        public byte* Log;
        public uint KernelVersion;
        public uint Flags;
        public fixed byte Name[NameSize];
        public uint Interface;
        public uint AttachType;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramTest
    {
        public uint Program;
        public uint Verdict;
        public uint InputSize;
        public uint OutputSize;
        public byte* Input;
        public byte* Output;
        public uint Repeat;
        public uint Duration;
        public uint ContextInputSize;
        public uint ContextOutputSize;
        public byte* ContextInput;
        public byte* ContextOutput;
        public uint Flags;
        public uint Processor;
        public uint BatchSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LinkCreate
    {
        public uint Program;
        public uint Interface;
        public uint AttachType;
        public uint Flags;
        public ulong Reserved;
    }
}
