using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// recvmmsg and sendmmsg, with trains in both directions if segmented. Message headers live in native memory
/// taken at construction. Cells that lie behind each other leave as one piece; nothing is copied.
/// </summary>
internal sealed unsafe class LinuxCellSocket<TCalls> : CellSocket
    where TCalls : struct, ILinuxCalls
{
    private const int SendMessagesMax = 512;
    private const int SendCellsMax = Limits.BatchCellsMax;

    private readonly int _descriptor;
    private readonly bool _ipv6;
    private readonly bool _segmented;
    private readonly UdpEndpoint[] _messageTo = new UdpEndpoint[SendMessagesMax];
    private readonly int[] _messageCells = new int[SendMessagesMax];
    private readonly UnsegmentedDestinations _unsegmented = new();
    private TCalls _calls;
    private byte* _memory;
    private MMsgHdr* _receive;
    private IoVec* _receiveVectors;
    private byte* _receiveNames;
    private byte* _receiveControls;
    private MMsgHdr* _send;
    private IoVec* _sendVectors;
    private byte* _sendNames;
    private byte* _sendControls;
    private MMsgHdr* _single;
    private int _messages;
    private int _vectors;
    private ulong _receiveErrors;
    private SendTally _tally;

    public LinuxCellSocket(Socket socket, TCalls calls, CellSocketKind kind)
        : base(socket, kind)
    {
        _segmented = kind == CellSocketKind.LinuxSegmented;
        if (_segmented)
            LinuxSegmentation.EnableReceive(socket);
        _calls = calls;
        _descriptor = (int)socket.Handle;
        _ipv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        TakeMemory();
    }

    ~LinuxCellSocket() => Dispose(false);

    public override ulong ReceiveErrors => Volatile.Read(ref _receiveErrors);

    public override CellBatch CreateBatch() => _segmented
        ? new CellBatch(Limits.ReceiveDatagramsMax, Limits.TrainBufferBytes)
        : new CellBatch(Limits.PlainDatagramsMax, Limits.DatagramBufferBytes);

    public override bool Receive(CellBatch batch)
    {
        ThrowIfDisposed();
        batch.Clear();
        for (int slot = 0; slot < batch.Slots; slot++)
            PrepareReceive(batch, slot);
        int received = _calls.ReceiveMany(_descriptor, _receive, batch.Slots);
        if (received < 0)
        {
            if (received is not (-EAGAIN or -EINTR))
                Volatile.Write(ref _receiveErrors, _receiveErrors + 1);
            return false;
        }

        for (int slot = 0; slot < received; slot++)
        {
            ref MMsgHdr message = ref _receive[slot];
            bool isTruncated = (message.Header.Flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
            UdpEndpoint source = LinuxSockAddr.Read(
                new ReadOnlySpan<byte>(message.Header.Name, SockAddrBytes));
            batch.Accept((int)message.Length, SegmentBytesOf(message.Header), isTruncated, source);
        }

        return received > 0;
    }

    public override void Queue(CellBatch batch, ReadOnlySpan<int> cells, in UdpEndpoint to)
    {
        ThrowIfDisposed();
        int trainCellsMax = _segmented && !_unsegmented.Has(to) ? Limits.TrainCellsMax : 1;
        byte* bytes = batch.BasePointer;
        ReadOnlySpan<int> offsets = batch.Offsets;
        while (!cells.IsEmpty)
        {
            int count = Math.Min(trainCellsMax, cells.Length);
            if (_messages == SendMessagesMax || _vectors + count > SendCellsMax)
                Send();
            AddMessage(bytes, offsets, cells[..count], to);
            cells = cells[count..];
        }
    }

    public override void Flush(ref SendTally tally)
    {
        ThrowIfDisposed();
        Send();
        tally.Add(_tally);
        _tally = default;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private static int SegmentBytesOf(in MsgHdr header)
    {
        if (header.ControlLength < (nuint)(sizeof(CMsgHdr) + sizeof(int)))
            return 0;
        CMsgHdr* control = (CMsgHdr*)header.Control;
        return control->Level == SOL_UDP && control->Type == UDP_GRO ? *(int*)(control + 1) : 0;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_memory == null, this);

    private void TakeMemory()
    {
        const int ReceiveMax = Limits.PlainDatagramsMax;
        const int Messages = ReceiveMax + SendMessagesMax;
        int bytes = ((Messages + 1) * sizeof(MMsgHdr))
            + ((ReceiveMax + SendCellsMax) * sizeof(IoVec))
            + (Messages * (SockAddrBytes + ControlBytes));
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        NativeMemory.Clear(_memory, (nuint)bytes);
        _receive = (MMsgHdr*)_memory;
        _send = _receive + ReceiveMax;
        _single = _send + SendMessagesMax;
        _receiveVectors = (IoVec*)(_single + 1);
        _sendVectors = _receiveVectors + ReceiveMax;
        _receiveNames = (byte*)(_sendVectors + SendCellsMax);
        _sendNames = _receiveNames + (ReceiveMax * SockAddrBytes);
        _receiveControls = _sendNames + (SendMessagesMax * SockAddrBytes);
        _sendControls = _receiveControls + (ReceiveMax * ControlBytes);
        for (int message = 0; message < SendMessagesMax; message++)
            WriteSegmentControl(_sendControls + (message * ControlBytes));
    }

    private static void WriteSegmentControl(byte* control)
    {
        CMsgHdr* header = (CMsgHdr*)control;
        header->Length = (nuint)(sizeof(CMsgHdr) + sizeof(ushort));
        header->Level = SOL_UDP;
        header->Type = UDP_SEGMENT;
        *(ushort*)(header + 1) = CellLayout.Size;
    }

    private void PrepareReceive(CellBatch batch, int slot)
    {
        _receiveVectors[slot] = new IoVec { Base = batch.SlotPointer(slot), Length = (nuint)batch.SlotBytes };
        _receive[slot].Header = new MsgHdr
        {
            Name = _receiveNames + (slot * SockAddrBytes),
            NameLength = SockAddrBytes,
            Vectors = _receiveVectors + slot,
            VectorCount = 1,
            Control = _segmented ? _receiveControls + (slot * ControlBytes) : null,
            ControlLength = _segmented ? (nuint)ControlBytes : 0,
        };
    }

    private void AddMessage(
        byte* bytes, ReadOnlySpan<int> offsets, ReadOnlySpan<int> cells, in UdpEndpoint to)
    {
        byte* name = _sendNames + (_messages * SockAddrBytes);
        int nameBytes = LinuxSockAddr.Write(to, _ipv6, new Span<byte>(name, SockAddrBytes));
        if (nameBytes == 0)
        {
            _tally.Failed += cells.Length;
            return;
        }

        IoVec* first = _sendVectors + _vectors;
        foreach (int cell in cells)
        {
            byte* start = bytes + offsets[cell];
            IoVec* last = _sendVectors + _vectors - 1;
            if (last >= first && last->Base + last->Length == start)
                last->Length += CellLayout.Size;
            else
                _sendVectors[_vectors++] = new IoVec { Base = start, Length = CellLayout.Size };
        }

        bool isTrain = cells.Length > 1;
        _send[_messages].Header = new MsgHdr
        {
            Name = name,
            NameLength = (uint)nameBytes,
            Vectors = first,
            VectorCount = (nuint)(_sendVectors + _vectors - first),
            Control = isTrain ? _sendControls + (_messages * ControlBytes) : null,
            ControlLength = isTrain ? (nuint)ControlBytes : 0,
        };
        _messageTo[_messages] = to;
        _messageCells[_messages++] = cells.Length;
    }

    private void Send()
    {
        int message = 0;
        bool retried = false;
        while (message < _messages)
        {
            int result = _calls.SendMany(_descriptor, _send + message, _messages - message);
            if (result > 0)
            {
                for (int sent = message; sent < message + result; sent++)
                    _tally.Sent += _messageCells[sent];
                _tally.Messages += result;
                message += result;
                retried = false;
            }
            else if (result is -EINTR && !retried)
            {
                retried = true;
            }
            else if (result is -EAGAIN or -ENOBUFS or -ENOMEM or 0)
            {
                for (; message < _messages; message++)
                    _tally.QueueFull += _messageCells[message];
            }
            else if (result is -ECONNREFUSED && !retried)
            {
                // The error of an earlier cell, to anyone: this one has not been tried yet.
                retried = true;
            }
            else
            {
                FailMessage(message++, -result);
                retried = false;
            }
        }

        _messages = 0;
        _vectors = 0;
    }

    private void FailMessage(int message, int error)
    {
        if (_messageCells[message] > 1 && error is EIO or EINVAL or EMSGSIZE)
        {
            _unsegmented.Add(_messageTo[message]);
            SendSingly(message);
        }
        else
        {
            CountFailure(error, _messageCells[message]);
        }
    }

    /// <summary>
    /// The same cells without segmentation: this destination's path refuses it, others are not touched.
    /// </summary>
    private void SendSingly(int message)
    {
        ref MsgHdr train = ref _send[message].Header;
        for (nuint vector = 0; vector < train.VectorCount; vector++)
        {
            IoVec piece = train.Vectors[vector];
            for (nuint offset = 0; offset < piece.Length; offset += CellLayout.Size)
            {
                IoVec cell = new() { Base = piece.Base + offset, Length = CellLayout.Size };
                _single->Header = new MsgHdr
                {
                    Name = train.Name,
                    NameLength = train.NameLength,
                    Vectors = &cell,
                    VectorCount = 1,
                };
                int result = _calls.SendMany(_descriptor, _single, 1);
                if (result is -EINTR or -ECONNREFUSED)
                    result = _calls.SendMany(_descriptor, _single, 1);
                if (result == 1)
                {
                    _tally.Sent++;
                    _tally.Messages++;
                }
                else
                {
                    CountFailure(-result, 1);
                }
            }
        }
    }

    private void CountFailure(int error, int cells)
    {
        switch (error)
        {
            case 0 or EAGAIN or ENOBUFS or ENOMEM:
                _tally.QueueFull += cells;
                break;
            case ECONNREFUSED or EHOSTUNREACH or ENETUNREACH or EHOSTDOWN:
                _tally.Refused += cells;
                break;
            default:
                _tally.Failed += cells;
                break;
        }
    }
}
