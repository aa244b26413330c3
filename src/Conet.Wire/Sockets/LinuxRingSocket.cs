using System.Net.Sockets;
using System.Runtime.InteropServices;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;
using static Conet.Wire.Sockets.LinuxRingAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// io_uring: one receive that stays (multishot) into buffers the kernel picks, and sends submitted many a
/// call. Trains in both directions. A received batch holds its buffers until it is cleared or disposed.
/// </summary>
/// <remarks>
/// The ring is bound to the thread that first uses the socket. Another thread may take over: the ring is then
/// made anew, which costs some milliseconds and loses nothing that lies in the socket's buffer.
/// </remarks>
internal sealed unsafe class LinuxRingSocket<TCalls> : CellSocket
    where TCalls : struct, ILinuxRingCalls
{
    private const ulong ReceiveTag = ulong.MaxValue;
    private const int ResultsMax = LinuxSendQueue.MessagesMax;
    private const int NotTaken = -EAGAIN;
    private const int NotEnded = -ECANCELED;

    /// <summary>Enters that may end with sends still under way before the ring is given up.</summary>
    private const int EntersMax = 64;

    /// <summary>Enters that take nothing, before what is left counts as too much for the kernel.</summary>
    private const int EnterTriesMax = 4;

    /// <summary>Receives without a sign of work after which the kernel is asked all the same.</summary>
    private const int UnaskedMax = 64;

    /// <summary>How long the kernel may take to end a ring's requests: 50 ms is usual.</summary>
    private const int EndWaitMs = 2_000;

    private readonly int _descriptor;
    private readonly LinuxSendQueue _queue;
    private readonly LinuxRingBuffers _buffers;
    private readonly LinuxRing<TCalls> _ring;
    private readonly int[] _results = new int[ResultsMax];
    private readonly int[] _again = new int[Limits.TrainCellsMax];
    private readonly int[] _once = new int[1];
    private readonly ulong[] _arrived = new ulong[LinuxRingBuffers.Count];
    private MsgHdr* _receive;
    private int[] _landing;
    private int _underWay;
    private int _firstArrived;
    private int _arrivedCount;
    private int _unasked;
    private bool _isReceiving;
    private ulong _receiveErrors;
    private SendTally _tally;

    /// <summary>Makes a ring for a bound socket, which it owns from then on.</summary>
    /// <exception cref="CellSocketException">There is no ring to be had.</exception>
    public LinuxRingSocket(Socket socket, TCalls calls)
        : base(socket, CellSocketKind.LinuxRing)
    {
        bool ipv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        _descriptor = (int)socket.Handle;
        _landing = _results;
        _queue = new LinuxSendQueue(ipv6, segmented: true);
        _buffers = new LinuxRingBuffers();
        _ring = new LinuxRing<TCalls>(calls);
        _receive = (MsgHdr*)NativeMemory.AllocZeroed((nuint)sizeof(MsgHdr));
        _receive->NameLength = SockAddrBytes;
        _receive->ControlLength = LinuxRingBuffers.ControlSize;
        LinuxSegmentation.EnableReceive(socket);
        int result = _ring.Open(_descriptor, _buffers);
        if (result == 0)
            return;
        Dispose();
        throw new CellSocketException($"cannot make an io_uring: error {-result}");
    }

    ~LinuxRingSocket() => Dispose(false);

    public override ulong ReceiveErrors => Volatile.Read(ref _receiveErrors);

    internal override bool HasReceived => Volatile.Read(ref _arrivedCount) != 0;

    public override CellBatch CreateBatch()
    {
        ThrowIfDisposed();
        return new CellBatch(_buffers);
    }

    public override bool Receive(CellBatch batch)
    {
        ThrowIfDisposed();
        bool isOwn = batch.IsOf(_buffers);
        if (isOwn)
            batch.Clear();
        else
            batch.ClearToWrite();
        _ = batch.BasePointer;
        _buffers.OfferLeft();
        while (batch.UsedSlots < batch.Slots && (_arrivedCount != 0 || Fetch()))
            Take(batch, isOwn);
        return batch.UsedSlots > 0;
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
        if (_receive == null)
            return;
        NativeMemory.Free(_receive);
        _receive = null;

        // A ring that the kernel does not let go of may still be written to: its memory is left to it.
        if (_ring.Close(EndWaitMs))
            _buffers.Release();
        _queue.Dispose();
        base.Dispose(disposing);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_receive == null, this);

    /// <summary>Asks the kernel for datagrams. False if there are none.</summary>
    private bool Fetch()
    {
        // A look at shared memory in place of a call, while nothing comes.
        if (_isReceiving && _ring.IsOpen && !_ring.HasWork && ++_unasked < UnaskedMax)
            return false;
        _unasked = 0;
        int result = EnterToReceive();
        if (result == -EEXIST && Renew(EndWaitMs))
            result = EnterToReceive();
        if (result < 0 && result is not (-EINTR or -EAGAIN or -EBUSY))
            CountReceiveError();
        return _arrivedCount != 0;
    }

    private int EnterToReceive()
    {
        int result = Prepare();
        if (result < 0)
            return result;
        if (!_isReceiving)
            PushReceive();
        result = _ring.Enter(0, ENTER_GETEVENTS);
        _isReceiving |= result > 0;
        if (_ring.Waiting != 0)
            _ring.Withdraw();
        Reap();
        return result;
    }

    private void PushReceive()
    {
        Sqe* entry = _ring.Push();
        entry->Opcode = OP_RECVMSG;
        entry->Flags = SQE_FIXED_FILE | SQE_BUFFER_SELECT;
        entry->IoPriority = RECV_MULTISHOT;
        entry->Address = _receive;
        entry->Length = 1;
        entry->UserData = ReceiveTag;
    }

    /// <summary>Sees to it that there is a ring, and that it is a thread's.</summary>
    private int Prepare()
    {
        if (!_ring.IsOpen && !Renew(waitMs: 0))
            return -ENOBUFS;
        return _ring.Enable();
    }

    /// <summary>
    /// Makes the ring anew. What it received stays; of its sends nothing more is heard.
    /// </summary>
    private bool Renew(int waitMs)
    {
        if (_ring.IsOpen)
            Reap();
        _underWay = 0;
        _isReceiving = false;
        return _ring.Close(waitMs) && _ring.Open(_descriptor, _buffers) == 0;
    }

    private void Reap()
    {
        while (_ring.TryComplete(out Cqe completion))
        {
            if (completion.UserData == ReceiveTag)
            {
                Arrive(completion);
            }
            else if (completion.UserData < (ulong)_landing.Length)
            {
                _landing[completion.UserData] = completion.Result;
                _underWay--;
            }
        }
    }

    private void Arrive(in Cqe completion)
    {
        if ((completion.Flags & CQE_F_MORE) == 0)
            _isReceiving = false;
        int buffer = (int)(completion.Flags >> CQE_BUFFER_SHIFT);
        if ((completion.Flags & CQE_F_BUFFER) != 0 && _buffers.TryTake(buffer))
        {
            int place = (_firstArrived + _arrivedCount) & (LinuxRingBuffers.Count - 1);
            _arrived[place] = ((ulong)(uint)buffer << 32) | (uint)Math.Max(0, completion.Result);
            Volatile.Write(ref _arrivedCount, _arrivedCount + 1);
        }

        // No buffer is free while batches hold them; a thread that ends takes its requests along.
        if (completion.Result < 0 && completion.Result is not (-ENOBUFS or -ECANCELED or -EAGAIN or -EINTR))
            CountReceiveError();
    }

    private void Take(CellBatch batch, bool isOwn)
    {
        ulong arrived = _arrived[_firstArrived];
        _firstArrived = (_firstArrived + 1) & (LinuxRingBuffers.Count - 1);
        Volatile.Write(ref _arrivedCount, _arrivedCount - 1);
        int buffer = (int)(arrived >> 32);
        int bytes = (int)(uint)arrived - LinuxRingBuffers.PayloadOffset;
        byte* start = _buffers.PointerOf(buffer);
        ReceivedHeader* header = (ReceivedHeader*)start;
        bool isTruncated = bytes < 0 || (header->Flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
        int segmentBytes = 0;
        UdpEndpoint source = default;
        if (bytes >= 0)
        {
            nuint controls = Math.Min(header->ControlLength, LinuxRingBuffers.ControlSize);
            segmentBytes = SegmentBytesOf(start + LinuxRingBuffers.ControlOffset, controls);
            source = LinuxSockAddr.Read(
                new ReadOnlySpan<byte>(start + LinuxRingBuffers.SourceOffset, SockAddrBytes));
        }

        bytes = Math.Max(0, bytes);
        if (isOwn)
        {
            batch.AcceptBuffer(buffer, bytes, segmentBytes, isTruncated, source);
            return;
        }

        int kept = Math.Min(bytes, batch.SlotBytes);
        new ReadOnlySpan<byte>(start + LinuxRingBuffers.PayloadOffset, kept)
            .CopyTo(batch.SlotAt(batch.UsedSlots));
        batch.Accept(kept, segmentBytes, isTruncated || kept < bytes, source);
        _buffers.Offer(1UL << buffer);
    }

    private void CountReceiveError() => Volatile.Write(ref _receiveErrors, _receiveErrors + 1);

    private void Send()
    {
        int count = _queue.Count;
        if (count == 0)
            return;
        Submit(_queue.Messages, count, _results);
        for (int message = 0; message < count; message++)
        {
            int result = _results[message];
            if (result is -EINTR or -ECONNREFUSED)
                result = SubmitOnce(_queue.Messages + message);
            if (result >= 0)
                CountSent(_queue.CellsOf(message));
            else if (_queue.IsRefusedTrain(message, -result))
                SendSingly(_queue.Split(message));
            else
                LinuxSendQueue.CountFailure(-result, _queue.CellsOf(message), ref _tally);
        }

        _queue.Clear();
    }

    private void SendSingly(int cells)
    {
        Submit(_queue.Singles, cells, _again);
        for (int cell = 0; cell < cells; cell++)
        {
            int result = _again[cell];
            if (result is -EINTR or -ECONNREFUSED)
                result = SubmitOnce(_queue.Singles + cell);
            if (result >= 0)
                CountSent(1);
            else
                LinuxSendQueue.CountFailure(-result, 1, ref _tally);
        }
    }

    private void CountSent(int cells)
    {
        _tally.Sent += cells;
        _tally.Messages++;
    }

    /// <summary>
    /// Sends a message once more: what was reported may be the error of an earlier cell, to anyone.
    /// </summary>
    private int SubmitOnce(MMsgHdr* message)
    {
        Submit(message, 1, _once);
        return _once[0];
    }

    /// <summary>Sends messages and writes what became of each; the cells are free again then.</summary>
    private void Submit(MMsgHdr* messages, int count, int[] results)
    {
        _landing = results;
        results.AsSpan(0, count).Fill(NotTaken);
        int taken = TrySubmit(messages, count);
        if (taken == -EEXIST && Renew(EndWaitMs))
            taken = TrySubmit(messages, count);
        if (taken < 0 && taken is not (-EAGAIN or -EINTR or -EBUSY or -ENOMEM))
            results.AsSpan(0, count).Fill(NotEnded);
        for (int enter = 0; _underWay > 0 && enter < EntersMax; enter++)
        {
            _ring.Enter(1, ENTER_GETEVENTS);
            Reap();
        }

        // Sends do not wait, so this is a broken ring; the kernel must not read the cells from now on.
        if (_underWay > 0)
            Renew(EndWaitMs);
    }

    /// <summary>Messages that the kernel took, or the negated errno if none.</summary>
    private int TrySubmit(MMsgHdr* messages, int count)
    {
        int result = Prepare();
        if (result < 0)
            return result;
        for (int message = 0; message < count; message++)
            PushSend(messages + message, message);
        int taken = 0;
        for (int failed = 0; taken < count && failed < EnterTriesMax;)
        {
            result = _ring.Enter(0, 0);
            if (result > 0)
            {
                _landing.AsSpan(taken, result).Fill(NotEnded);
                taken += result;
                _underWay += result;
            }
            else
            {
                failed++;
            }

            Reap();
        }

        _ring.Withdraw();
        return taken > 0 ? taken : result;
    }

    private void PushSend(MMsgHdr* message, int number)
    {
        Sqe* entry = _ring.Push();
        entry->Opcode = OP_SENDMSG;
        entry->Flags = SQE_FIXED_FILE;
        entry->Address = message;
        entry->Length = 1;
        entry->MessageFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
        entry->UserData = (ulong)number;
    }
}
