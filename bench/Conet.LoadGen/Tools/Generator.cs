using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.LoadGen.Cells;
using Conet.LoadGen.Turn;
using Conet.Wire.Cells;
using Conet.Wire.Sockets;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.LoadGen.Tools;

/// <summary>
/// Sends cells at a rate, in trains that the kernel or the network card cuts, from many addresses in turn.
/// One socket and one thread.
/// </summary>
internal sealed unsafe class Generator : IDisposable
{
    private const int MessagesMax = LoadCell.Slots;
    private const int NameBytesMax = SockAddrBytes;

    /// <summary>Nobody sends more at once than all do in this time, so that low rates are even.</summary>
    private const double BurstSeconds = 250e-6;

    /// <summary>
    /// What a generator that was held up makes good at once: the queue of a virtual link has 256 places, and
    /// a burst that fills it would be a test of that queue. The rest is not sent, and not counted as sent.
    /// </summary>
    private const int ArrearsTrains = 2;

    /// <summary>Below this a sleep costs more than it saves. Nanoseconds.</summary>
    private const long SleepMin = 60_000;

    private readonly LoadRoutes _routes;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly int _sources;
    private readonly int _trainMax;
    private readonly uint _firstSource;
    private readonly byte* _memory;
    private readonly byte* _cells;
    private readonly MMsgHdr* _messages;
    private readonly IoVec* _vectors;
    private readonly byte* _controls;
    private readonly byte* _name;
    private readonly uint _nameBytes;
    private readonly int _headerBytes;
    private readonly int _datagramBytes;
    private readonly TurnAllocations? _allocations;
    private int _source;

    public Generator(ToolOptions options)
    {
        IPEndPoint to = ToolOptions.Need(options.To, "--to");
        _routes = options.LoadRoutes;
        _sources = options.Sources;
        _trainMax = options.Train;
        _firstSource = BinaryPrimitives.ReadUInt32BigEndian(options.From.GetAddressBytes());
        bool isIPv6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        _socket = LoadSocket.Open(new IPEndPoint(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        _descriptor = (int)_socket.Handle;
        _headerBytes = options.TurnPeer is null ? 0 : ChannelData.HeaderBytes;
        _datagramBytes = _headerBytes + CellLayout.Size;
        int bytes = (LoadCell.Slots * _datagramBytes)
            + (MessagesMax * (64 + 16 + LoadSocket.ControlBytes)) + NameBytesMax;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        NativeMemory.Clear(_memory, (nuint)bytes);
        _messages = (MMsgHdr*)_memory;
        _vectors = (IoVec*)(_messages + MessagesMax);
        _controls = (byte*)(_vectors + MessagesMax);
        _name = _controls + (MessagesMax * LoadSocket.ControlBytes);
        _cells = _name + NameBytesMax + _headerBytes;
        _nameBytes = WriteName(to);
        for (int slot = 0; slot < LoadCell.Slots; slot++)
        {
            LoadCell.Prepare(slot, CellAt(slot));
            if (_headerBytes != 0)
                ChannelData.WriteHeader(ChannelData.FirstChannel, CellLayout.Size, HeaderAt(slot));
        }

        if (options.TurnPeer is { } peer)
            _allocations = new TurnAllocations(_socket, peer, _sources, SendFrom);
        _allocations?.Renew();
    }

    /// <summary>Sends for a time.</summary>
    /// <param name="rate">Cells a second; 0 for as many as it can.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="run">What the cells' numbers begin with.</param>
    public SendReport Run(double rate, double seconds, int run)
    {
        LoadSocket.SharpenSleep();
        _allocations?.Renew();
        int train = rate == 0 ? _trainMax : (int)Math.Clamp(rate * BurstSeconds, 1, _trainMax);
        long cells = 0;
        long refused = 0;
        double forgiven = 0;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (elapsed >= seconds)
                break;
            double due = rate == 0 ? LoadCell.Slots : (rate * (elapsed - forgiven)) - cells - refused;
            if (due < train)
            {
                Wait((train - due) / rate);
                continue;
            }

            if (rate != 0 && due > ArrearsTrains * train)
            {
                forgiven += (due - (ArrearsTrains * train)) / rate;
                due = ArrearsTrains * train;
            }

            int wanted = (int)Math.Min(due / train, LoadCell.Slots / train);
            int sent = Send(wanted, train, LoadCell.FirstOf(run) + (ulong)(cells + refused));
            cells += (long)sent * train;
            refused += (long)(wanted - sent) * train;
        }

        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SendReport(cells, refused, took, cells / took);
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    private static void Wait(double seconds)
    {
        long nanoseconds = (long)(seconds * 1e9);
        if (nanoseconds >= SleepMin)
            LoadSocket.Sleep(nanoseconds);
        else
            Thread.SpinWait(1);
    }

    private Span<byte> CellAt(int slot) => new(_cells + (slot * _datagramBytes), CellLayout.Size);

    private Span<byte> HeaderAt(int slot) =>
        new(_cells - _headerBytes + (slot * _datagramBytes), _headerBytes);

    private uint WriteName(IPEndPoint to)
    {
        Span<byte> name = new(_name, NameBytesMax);
        bool isIPv6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        BinaryPrimitives.WriteUInt16LittleEndian(name, (ushort)(isIPv6 ? AF_INET6 : AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], (ushort)to.Port);
        to.Address.TryWriteBytes(isIPv6 ? name[8..] : name[4..], out _);
        return (uint)(isIPv6 ? SockAddrIn6Bytes : SockAddrInBytes);
    }

    /// <summary>Sends one datagram that is no cell.</summary>
    private void SendFrom(int source, ReadOnlySpan<byte> datagram)
    {
        fixed (byte* bytes = datagram)
        {
            _source = source;
            Address(0, bytes, datagram.Length, train: 1);
            LinuxCalls calls = default;
            calls.SendMany(_descriptor, _messages, 1);
            _source = 0;
        }
    }

    /// <summary>Sends trains of one source each; how many the kernel took.</summary>
    private int Send(int trains, int train, ulong number)
    {
        long now = Stopwatch.GetTimestamp();
        for (int cell = 0; cell < trains * train; cell++)
            LoadCell.Write(_routes, number + (ulong)cell, now, CellAt(cell));
        int bytes = train * _datagramBytes;
        for (int message = 0; message < trains; message++)
            Address(message, _cells - _headerBytes + (message * bytes), bytes, train);

        int sent = 0;
        LinuxCalls calls = default;
        while (sent < trains)
        {
            int result = calls.SendMany(_descriptor, _messages + sent, trains - sent);
            if (result <= 0)
                break;
            sent += result;
        }

        return sent;
    }

    /// <summary>Makes a message of some bytes, from the next source.</summary>
    private void Address(int message, byte* bytes, int count, int train)
    {
        _vectors[message] = new IoVec { Base = bytes, Length = (nuint)count };
        byte* control = _controls + (message * LoadSocket.ControlBytes);
        _messages[message].Header = new MsgHdr
        {
            Name = _name,
            NameLength = _nameBytes,
            Vectors = _vectors + message,
            VectorCount = 1,
            Control = control,
            ControlLength = WriteControl(control, train),
        };
    }

    private nuint WriteControl(byte* control, int train)
    {
        byte* at = control;
        if (train > 1)
        {
            CMsgHdr* segment = (CMsgHdr*)at;
            *segment = new CMsgHdr { Length = 18, Level = SOL_UDP, Type = UDP_SEGMENT };
            *(ushort*)(segment + 1) = (ushort)_datagramBytes;
            at += LinuxAbi.ControlBytes;
        }

        if (_firstSource != 0)
        {
            CMsgHdr* info = (CMsgHdr*)at;
            uint source = BinaryPrimitives.ReverseEndianness(_firstSource + (uint)_source);
            *info = new CMsgHdr { Length = 28, Level = LoadSocket.IPPROTO_IP, Type = LoadSocket.IP_PKTINFO };
            *(LoadSocket.PacketInfo*)(info + 1) = new LoadSocket.PacketInfo { Local = source };
            at += 32;
        }

        _source = (_source + 1) % _sources;
        return (nuint)(at - control);
    }
}
