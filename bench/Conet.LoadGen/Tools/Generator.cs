using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.LoadGen.Cells;
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
    private const int NameBytes = SockAddrInBytes;

    /// <summary>Nobody sends more at once than all do in this time, so that low rates are even.</summary>
    private const double BurstSeconds = 250e-6;

    /// <summary>What a generator that was held up makes good; the rest is lost to it.</summary>
    private const double ArrearsSeconds = 5e-3;

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
    private int _source;

    public Generator(ToolOptions options)
    {
        IPEndPoint to = ToolOptions.Need(options.To, "--to");
        _routes = options.LoadRoutes;
        _sources = options.Sources;
        _trainMax = options.Train;
        _firstSource = BinaryPrimitives.ReadUInt32BigEndian(options.From.GetAddressBytes());
        _socket = LoadSocket.Open(new IPEndPoint(IPAddress.Any, 0));
        _descriptor = (int)_socket.Handle;
        const int Bytes = (LoadCell.Slots * CellLayout.Size)
            + (MessagesMax * (64 + 16 + LoadSocket.ControlBytes)) + NameBytes;
        _memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 4096);
        NativeMemory.Clear(_memory, Bytes);
        _messages = (MMsgHdr*)_memory;
        _vectors = (IoVec*)(_messages + MessagesMax);
        _controls = (byte*)(_vectors + MessagesMax);
        _name = _controls + (MessagesMax * LoadSocket.ControlBytes);
        _cells = _name + NameBytes;
        WriteName(to);
        for (int slot = 0; slot < LoadCell.Slots; slot++)
            LoadCell.Prepare(slot, CellAt(slot));
    }

    /// <summary>Sends for a time.</summary>
    /// <param name="rate">Cells a second; 0 for as many as it can.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="run">What the cells' numbers begin with.</param>
    public SendReport Run(double rate, double seconds, int run)
    {
        LoadSocket.SharpenSleep();
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

            if (rate != 0 && due > Math.Max(train, rate * ArrearsSeconds))
                forgiven += ArrearsSeconds / 2;
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

    private Span<byte> CellAt(int slot) => new(_cells + (slot * CellLayout.Size), CellLayout.Size);

    private void WriteName(IPEndPoint to)
    {
        Span<byte> name = new(_name, NameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(name, AF_INET);
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], (ushort)to.Port);
        to.Address.TryWriteBytes(name[4..], out _);
    }

    /// <summary>Sends trains of one source each; how many the kernel took.</summary>
    private int Send(int trains, int train, ulong number)
    {
        long now = Stopwatch.GetTimestamp();
        for (int cell = 0; cell < trains * train; cell++)
            LoadCell.Write(_routes, number + (ulong)cell, now, CellAt(cell));
        for (int message = 0; message < trains; message++)
        {
            int bytes = train * CellLayout.Size;
            _vectors[message] = new IoVec { Base = _cells + (message * bytes), Length = (nuint)bytes };
            byte* control = _controls + (message * LoadSocket.ControlBytes);
            _messages[message].Header = new MsgHdr
            {
                Name = _name,
                NameLength = NameBytes,
                Vectors = _vectors + message,
                VectorCount = 1,
                Control = control,
                ControlLength = WriteControl(control, train),
            };
        }

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

    private nuint WriteControl(byte* control, int train)
    {
        byte* at = control;
        if (train > 1)
        {
            CMsgHdr* segment = (CMsgHdr*)at;
            *segment = new CMsgHdr { Length = 18, Level = SOL_UDP, Type = UDP_SEGMENT };
            *(ushort*)(segment + 1) = CellLayout.Size;
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
