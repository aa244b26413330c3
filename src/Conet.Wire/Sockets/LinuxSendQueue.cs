using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// Messages to send, as the kernel reads them, in native memory taken at construction. Cells that lie behind
/// each other leave as one piece; nothing is copied, so the cells must stay until <see cref="Clear"/>.
/// One thread.
/// </summary>
internal sealed unsafe class LinuxSendQueue : IDisposable
{
    /// <summary>Messages it holds: more cost the kernel nothing less a message.</summary>
    public const int MessagesMax = 512;

    private const int CellsMax = Limits.BatchCellsMax;
    private const int SinglesMax = Limits.TrainCellsMax;

    private readonly bool _ipv6;
    private readonly bool _segmented;
    private readonly UdpEndpoint[] _to = new UdpEndpoint[MessagesMax];
    private readonly int[] _cells = new int[MessagesMax];
    private readonly UnsegmentedDestinations _unsegmented = new();
    private byte* _memory;
    private IoVec* _vectors;
    private IoVec* _singleVectors;
    private byte* _names;
    private byte* _controls;
    private int _usedVectors;

    /// <param name="ipv6">Whether the socket is one of IPv6.</param>
    /// <param name="segmented">Whether it may send trains.</param>
    public LinuxSendQueue(bool ipv6, bool segmented)
    {
        _ipv6 = ipv6;
        _segmented = segmented;
        int bytes = ((MessagesMax + SinglesMax) * sizeof(MMsgHdr))
            + ((CellsMax + SinglesMax) * sizeof(IoVec))
            + (MessagesMax * (SockAddrBytes + ControlBytes));
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        NativeMemory.Clear(_memory, (nuint)bytes);
        Messages = (MMsgHdr*)_memory;
        Singles = Messages + MessagesMax;
        _vectors = (IoVec*)(Singles + SinglesMax);
        _singleVectors = _vectors + CellsMax;
        _names = (byte*)(_singleVectors + SinglesMax);
        _controls = _names + (MessagesMax * SockAddrBytes);
        for (int message = 0; message < MessagesMax; message++)
            WriteSegmentControl(_controls + (message * ControlBytes));
    }

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>The messages.</summary>
    public MMsgHdr* Messages { get; }

    /// <summary>What <see cref="Split"/> made of a train.</summary>
    public MMsgHdr* Singles { get; }

    /// <summary>Cells of a message.</summary>
    public int CellsOf(int message) => _cells[message];

    /// <summary>Cells that one message to a destination may have.</summary>
    public int TrainCellsMaxOf(in UdpEndpoint to) =>
        _segmented && !_unsegmented.Has(to) ? Limits.TrainCellsMax : 1;

    /// <summary>Whether another message of so many cells fits.</summary>
    public bool HasRoomFor(int cells) => Count < MessagesMax && _usedVectors + cells <= CellsMax;

    /// <summary>Adds a message; there must be room. False if this socket cannot send there.</summary>
    /// <param name="bytes">Where the offsets begin.</param>
    /// <param name="offsets">Where each cell of the batch begins.</param>
    /// <param name="cells">1 to <see cref="TrainCellsMaxOf"/> cells of the batch.</param>
    /// <param name="to">Where it goes.</param>
    public bool TryAdd(
        byte* bytes, ReadOnlySpan<int> offsets, ReadOnlySpan<int> cells, in UdpEndpoint to)
    {
        byte* name = _names + (Count * SockAddrBytes);
        int nameBytes = LinuxSockAddr.Write(to, _ipv6, new Span<byte>(name, SockAddrBytes));
        if (nameBytes == 0)
            return false;
        IoVec* first = _vectors + _usedVectors;
        foreach (int cell in cells)
        {
            byte* start = bytes + offsets[cell];
            IoVec* last = _vectors + _usedVectors - 1;
            if (last >= first && last->Base + last->Length == start)
                last->Length += CellLayout.Size;
            else
                _vectors[_usedVectors++] = new IoVec { Base = start, Length = CellLayout.Size };
        }

        bool isTrain = cells.Length > 1;
        Messages[Count].Header = new MsgHdr
        {
            Name = name,
            NameLength = (uint)nameBytes,
            Vectors = first,
            VectorCount = (nuint)(_vectors + _usedVectors - first),
            Control = isTrain ? _controls + (Count * ControlBytes) : null,
            ControlLength = isTrain ? (nuint)ControlBytes : 0,
        };
        _to[Count] = to;
        _cells[Count++] = cells.Length;
        return true;
    }

    /// <summary>
    /// Whether an error means that the path of a train's destination refuses segmentation. If so, it gets
    /// single cells from then on, and others are not touched.
    /// </summary>
    public bool IsRefusedTrain(int message, int error)
    {
        if (_cells[message] == 1 || error is not (EIO or EINVAL or EMSGSIZE))
            return false;
        _unsegmented.Add(_to[message]);
        return true;
    }

    /// <summary>
    /// Makes a message of each cell of a train, in <see cref="Singles"/>; returns how many.
    /// </summary>
    public int Split(int message)
    {
        ref MsgHdr train = ref Messages[message].Header;
        int count = 0;
        for (nuint vector = 0; vector < train.VectorCount; vector++)
        {
            IoVec piece = train.Vectors[vector];
            for (nuint offset = 0; offset < piece.Length; offset += CellLayout.Size)
            {
                _singleVectors[count] = new IoVec { Base = piece.Base + offset, Length = CellLayout.Size };
                Singles[count].Header = new MsgHdr
                {
                    Name = train.Name,
                    NameLength = train.NameLength,
                    Vectors = _singleVectors + count,
                    VectorCount = 1,
                };
                count++;
            }
        }

        return count;
    }

    /// <summary>Forgets every message.</summary>
    public void Clear()
    {
        Count = 0;
        _usedVectors = 0;
    }

    /// <summary>Puts cells that were not sent where their error belongs.</summary>
    public static void CountFailure(int error, int cells, ref SendTally tally)
    {
        switch (error)
        {
            case 0 or EAGAIN or ENOBUFS or ENOMEM:
                tally.QueueFull += cells;
                break;
            case ECONNREFUSED or EHOSTUNREACH or ENETUNREACH or EHOSTDOWN:
                tally.Refused += cells;
                break;
            default:
                tally.Failed += cells;
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private static void WriteSegmentControl(byte* control)
    {
        CMsgHdr* header = (CMsgHdr*)control;
        header->Length = (nuint)(sizeof(CMsgHdr) + sizeof(ushort));
        header->Level = SOL_UDP;
        header->Type = UDP_SEGMENT;
        *(ushort*)(header + 1) = CellLayout.Size;
    }
}
