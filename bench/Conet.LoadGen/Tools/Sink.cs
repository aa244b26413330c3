using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.LoadGen.Cells;
using Conet.Wire;
using Conet.Wire.Cells;
using Conet.Wire.Sockets;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.LoadGen.Tools;

/// <summary>
/// Receives cells and looks at every byte of them, at where they came to, and at whether they came before.
/// One thread hears; another may ask what was heard.
/// </summary>
internal sealed unsafe class Sink : IDisposable
{
    private const int Slots = Limits.ReceiveDatagramsMax;
    private const int SlotBytes = Limits.TrainBufferBytes;
    private const int NumbersMax = 1 << 27;
    private const int PollMs = 20;

    private readonly LoadRoutes _routes;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly uint _hopBase;
    private readonly byte* _memory;
    private readonly MMsgHdr* _messages;
    private readonly IoVec* _vectors;
    private readonly byte* _controls;
    private readonly byte* _bytes;
    private readonly ulong[] _heard = new ulong[NumbersMax / 64];
    private readonly LatencyCounts _latencies = new();
    private readonly Lock _counting = new();
    private volatile bool _isStopping;
    private long _cells;
    private long _duplicates;
    private long _late;
    private long _wrongHop;
    private long _corrupt;
    private long _wrongSize;
    private long _trains;
    private long _first;
    private long _last;
    private int _run;
    private int _heardWords;

    public Sink(ToolOptions options)
    {
        _routes = options.LoadRoutes;
        _hopBase = BinaryPrimitives.ReadUInt32BigEndian(options.HopBase.GetAddressBytes());
        _socket = LoadSocket.Open(ToolOptions.Need(options.At, "--at"));
        _descriptor = (int)_socket.Handle;
        LoadSocket.TrySet(_socket, SOL_UDP, UDP_GRO, 1);
        if (_hopBase != 0 && !LoadSocket.TrySet(_socket, LoadSocket.IPPROTO_IP, LoadSocket.IP_PKTINFO, 1))
            throw new ToolException("the system does not tell where datagrams came to (IP_PKTINFO)");
        const int Bytes = Slots * (SlotBytes + 64 + 16 + LoadSocket.ControlBytes);
        _memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 4096);
        NativeMemory.Clear(_memory, Bytes);
        _bytes = _memory;
        _messages = (MMsgHdr*)(_bytes + (Slots * SlotBytes));
        _vectors = (IoVec*)(_messages + Slots);
        _controls = (byte*)(_vectors + Slots);
    }

    /// <summary>Hears until <see cref="Stop"/>.</summary>
    public void Hear()
    {
        LinuxCalls calls = default;
        PollFd waiting = new() { Descriptor = _descriptor, Events = POLLIN };
        while (!_isStopping)
        {
            Prepare();
            int received = calls.ReceiveMany(_descriptor, _messages, Slots);
            if (received <= 0)
            {
                _ = LinuxCalls.Poll(&waiting, 1, PollMs);
                continue;
            }

            long now = Stopwatch.GetTimestamp();
            lock (_counting)
            {
                for (int slot = 0; slot < received; slot++)
                    Count(slot, now);
            }
        }
    }

    /// <summary>Ends <see cref="Hear"/>. Any thread.</summary>
    public void Stop() => _isStopping = true;

    /// <summary>What was heard since the last call; any thread.</summary>
    /// <param name="run">The run whose cells count from now on.</param>
    public HearReport Take(int run)
    {
        lock (_counting)
        {
            HearReport report = new()
            {
                Cells = _cells,
                Duplicates = _duplicates,
                Late = _late,
                WrongHop = _wrongHop,
                Corrupt = _corrupt,
                WrongSize = _wrongSize,
                Trains = _trains,
                Seconds = _cells == 0 ? 0 : Stopwatch.GetElapsedTime(_first, _last).TotalSeconds,
                P50Us = _latencies.Percentile(0.50) / 1e3,
                P99Us = _latencies.Percentile(0.99) / 1e3,
                P999Us = _latencies.Percentile(0.999) / 1e3,
                MaxUs = _latencies.Longest / 1e3,
            };
            (_cells, _duplicates, _late, _wrongHop) = (0, 0, 0, 0);
            (_corrupt, _wrongSize, _trains) = (0, 0, 0);
            _run = run;
            _latencies.Clear();
            Array.Clear(_heard, 0, _heardWords);
            _heardWords = 0;
            return report;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    private void Prepare()
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            _vectors[slot] = new IoVec { Base = _bytes + (slot * SlotBytes), Length = SlotBytes };
            _messages[slot].Header = new MsgHdr
            {
                Vectors = _vectors + slot,
                VectorCount = 1,
                Control = _controls + (slot * LoadSocket.ControlBytes),
                ControlLength = LoadSocket.ControlBytes,
            };
        }
    }

    private void Count(int slot, long now)
    {
        ref MMsgHdr message = ref _messages[slot];
        ReadControl(message.Header, out int segmentBytes, out uint networkOrder);
        uint destination = BinaryPrimitives.ReverseEndianness(networkOrder);
        int bytes = (int)message.Length;
        segmentBytes = segmentBytes == 0 ? bytes : segmentBytes;
        if (segmentBytes != CellLayout.Size || bytes % CellLayout.Size != 0)
        {
            _wrongSize++;
            return;
        }

        _trains++;
        _first = _cells == 0 ? now : _first;
        _last = now;
        byte* start = _vectors[slot].Base;
        for (int offset = 0; offset < bytes; offset += CellLayout.Size)
            CountCell(new ReadOnlySpan<byte>(start + offset, CellLayout.Size), destination, now);
    }

    private void CountCell(ReadOnlySpan<byte> cell, uint destination, long now)
    {
        if (!LoadCell.IsIntact(_routes, cell))
        {
            _corrupt++;
            return;
        }

        if (_hopBase != 0 && destination != _hopBase + (uint)_routes.HopOf(LoadCell.RouteOf(cell)))
        {
            _wrongHop++;
            return;
        }

        if (LoadCell.RunOf(LoadCell.NumberOf(cell)) != _run)
        {
            _late++;
            return;
        }

        ulong number = LoadCell.NumberOf(cell) % NumbersMax;
        ref ulong heard = ref _heard[number / 64];
        ulong bit = 1UL << (int)(number % 64);
        if ((heard & bit) != 0)
        {
            _duplicates++;
            return;
        }

        heard |= bit;
        _heardWords = Math.Max(_heardWords, (int)(number / 64) + 1);
        _cells++;
        _latencies.Add(now - LoadCell.SentOf(cell));
    }

    /// <summary>The segment size of a train, or 0; the destination in network order, or 0.</summary>
    private static void ReadControl(in MsgHdr header, out int segmentBytes, out uint destination)
    {
        segmentBytes = 0;
        destination = 0;
        nuint offset = 0;
        while (offset + (nuint)sizeof(CMsgHdr) <= header.ControlLength)
        {
            CMsgHdr* control = (CMsgHdr*)(header.Control + offset);
            if (control->Length < (nuint)sizeof(CMsgHdr))
                break;
            if (control->Level == SOL_UDP && control->Type == UDP_GRO)
                segmentBytes = *(int*)(control + 1);
            else if (control->Level == LoadSocket.IPPROTO_IP && control->Type == LoadSocket.IP_PKTINFO)
                destination = ((LoadSocket.PacketInfo*)(control + 1))->Destination;
            offset += (control->Length + 7) & ~(nuint)7;
        }
    }
}
