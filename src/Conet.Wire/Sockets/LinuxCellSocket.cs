using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// recvmmsg and sendmmsg, with trains in both directions, out only, or not at all. Message headers live in
/// native memory taken at construction; nothing is copied.
/// </summary>
internal sealed unsafe class LinuxCellSocket<TCalls> : CellSocket
    where TCalls : struct, ILinuxCalls
{
    private readonly int _descriptor;
    private readonly bool _receivesTrains;
    private readonly LinuxSendQueue _queue;
    private TCalls _calls;
    private byte* _memory;
    private MMsgHdr* _messages;
    private IoVec* _vectors;
    private byte* _names;
    private byte* _controls;
    private CellBatch? _prepared;
    private int _staleSlots;
    private ulong _receiveErrors;
    private SendTally _tally;

    public LinuxCellSocket(Socket socket, TCalls calls, CellSocketKind kind)
        : base(socket, kind)
    {
        _queue = new LinuxSendQueue(
            socket.AddressFamily == AddressFamily.InterNetworkV6, kind != CellSocketKind.LinuxBatched);
        _receivesTrains = kind == CellSocketKind.LinuxSegmented;
        if (_receivesTrains)
            LinuxSegmentation.EnableReceive(socket);
        _calls = calls;
        _descriptor = (int)socket.Handle;
        TakeMemory();
    }

    ~LinuxCellSocket() => Dispose(false);

    public override ulong ReceiveErrors => Volatile.Read(ref _receiveErrors);

    public override CellBatch CreateBatch() => _receivesTrains
        ? new CellBatch(Limits.ReceiveDatagramsMax, Limits.TrainBufferBytes)
        : new CellBatch(Limits.PlainDatagramsMax, Limits.DatagramBufferBytes);

    public override bool Receive(CellBatch batch)
    {
        ThrowIfDisposed();
        batch.ClearToWrite();
        PrepareReceive(batch);
        int received = _calls.ReceiveMany(_descriptor, _messages, batch.Slots);
        _staleSlots = Math.Min(Math.Max(0, received) + 1, batch.Slots);
        if (received < 0)
        {
            if (received is not (-EAGAIN or -EINTR))
                Volatile.Write(ref _receiveErrors, _receiveErrors + 1);
            return false;
        }

        for (int slot = 0; slot < received; slot++)
        {
            ref MMsgHdr message = ref _messages[slot];
            bool isTruncated = (message.Header.Flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
            UdpEndpoint source = LinuxSockAddr.Read(
                new ReadOnlySpan<byte>(message.Header.Name, SockAddrBytes));
            int segmentBytes = SegmentBytesOf(message.Header.Control, message.Header.ControlLength);
            batch.Accept((int)message.Length, segmentBytes, isTruncated, source);
        }

        return received > 0;
    }

    public override void Queue(CellBatch batch, ReadOnlySpan<int> cells, in UdpEndpoint to)
    {
        ThrowIfDisposed();
        int trainCellsMax = _queue.TrainCellsMaxOf(to);
        byte* bytes = batch.BasePointer;
        ReadOnlySpan<int> offsets = batch.Offsets;
        while (!cells.IsEmpty)
        {
            int count = Math.Min(trainCellsMax, cells.Length);
            if (!_queue.HasRoomFor(count))
                Send();
            if (!_queue.TryAdd(bytes, offsets, cells[..count], to))
                _tally.Failed += count;
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
        _queue.Dispose();
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_memory == null, this);

    private void TakeMemory()
    {
        const int Max = Limits.PlainDatagramsMax;
        int bytes = Max * (sizeof(MMsgHdr) + sizeof(IoVec) + SockAddrBytes + ControlBytes);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        NativeMemory.Clear(_memory, (nuint)bytes);
        _messages = (MMsgHdr*)_memory;
        _vectors = (IoVec*)(_messages + Max);
        _names = (byte*)(_vectors + Max);
        _controls = _names + (Max * SockAddrBytes);
    }

    /// <summary>Headers that the kernel did not write to are still as they were.</summary>
    private void PrepareReceive(CellBatch batch)
    {
        int stale = ReferenceEquals(batch, _prepared) ? _staleSlots : batch.Slots;
        for (int slot = 0; slot < stale; slot++)
            PrepareSlot(batch, slot);
        _prepared = batch;
    }

    private void PrepareSlot(CellBatch batch, int slot)
    {
        _vectors[slot] = new IoVec { Base = batch.SlotPointer(slot), Length = (nuint)batch.SlotBytes };
        _messages[slot].Header = new MsgHdr
        {
            Name = _names + (slot * SockAddrBytes),
            NameLength = SockAddrBytes,
            Vectors = _vectors + slot,
            VectorCount = 1,
            Control = _receivesTrains ? _controls + (slot * ControlBytes) : null,
            ControlLength = _receivesTrains ? (nuint)ControlBytes : 0,
        };
    }

    private void Send()
    {
        int message = 0;
        bool retried = false;
        while (message < _queue.Count)
        {
            int result = _calls.SendMany(_descriptor, _queue.Messages + message, _queue.Count - message);
            if (result > 0)
            {
                for (int sent = message; sent < message + result; sent++)
                    _tally.Sent += _queue.CellsOf(sent);
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
                for (; message < _queue.Count; message++)
                    _tally.QueueFull += _queue.CellsOf(message);
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

        _queue.Clear();
    }

    private void FailMessage(int message, int error)
    {
        if (_queue.IsRefusedTrain(message, error))
            SendSingly(_queue.Split(message));
        else
            LinuxSendQueue.CountFailure(error, _queue.CellsOf(message), ref _tally);
    }

    private void SendSingly(int cells)
    {
        for (int cell = 0; cell < cells; cell++)
        {
            int result = _calls.SendMany(_descriptor, _queue.Singles + cell, 1);
            if (result is -EINTR or -ECONNREFUSED)
                result = _calls.SendMany(_descriptor, _queue.Singles + cell, 1);
            if (result == 1)
            {
                _tally.Sent++;
                _tally.Messages++;
            }
            else
            {
                LinuxSendQueue.CountFailure(-result, 1, ref _tally);
            }
        }
    }
}
