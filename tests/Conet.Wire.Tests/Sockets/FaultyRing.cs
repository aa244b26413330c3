using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using Conet.Wire.Sockets;
using static Conet.Wire.Sockets.LinuxAbi;
using static Conet.Wire.Sockets.LinuxRingAbi;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// io_uring in plain memory, over a real socket, as slow and as faulty as the plan says: short submits,
/// late and failed completions, receives that end, buffers cut short. Its memory is never given back.
/// </summary>
internal sealed unsafe class FaultyRing(FaultPlan plan)
{
    public const int Descriptor = 1_000_000;

    private const int FlagsAt = 16;
    private const int SqArrayAt = 64;
    private const int MultishotMax = 32;

    private static readonly LinuxCalls _calls = default;

    private readonly Queue<Cqe> _late = new();
    private readonly byte[] _scratch = new byte[65_536];
    private byte* _ring;
    private Sqe* _entries;
    private uint _sqEntries;
    private uint _cqEntries;
    private int _socket = -1;
    private int _thread;
    private ProvidedBuffer* _buffers;
    private uint _bufferCount;
    private ushort _bufferHead;
    private bool _isReceiving;
    private ulong _receiveTag;

    /// <summary>What a call answers from now on in place of doing it: setup, map or register.</summary>
    public Func<string, int> Refusal { get; set; } = _ => 0;

    /// <summary>Whether sends are never ended.</summary>
    public bool IsStuck { get; set; }

    /// <summary>The errno that the receive under way ends with at the next enter, or 0.</summary>
    public int ReceiveEnd { get; set; }

    /// <summary>Rings made.</summary>
    public int Made { get; private set; }

    public int Setup(uint entries, RingParams* parameters)
    {
        int error = Refusal("setup");
        if (error != 0)
            return -error;
        Made++;
        _sqEntries = entries;
        _cqEntries = parameters->CqEntries;
        uint cqes = SqArrayAt + (entries * sizeof(uint));
        _ring = (byte*)NativeMemory.AllocZeroed(cqes + (_cqEntries * (uint)sizeof(Cqe)));
        _entries = (Sqe*)NativeMemory.AllocZeroed(entries, (nuint)sizeof(Sqe));
        parameters->SqEntries = entries;
        parameters->Features = FEAT_SINGLE_MMAP;
        parameters->Sq = new SqOffsets { Head = 0, Tail = 4, Flags = FlagsAt, Array = SqArrayAt };
        parameters->Cq = new CqOffsets { Head = 8, Tail = 12, Cqes = cqes };
        _late.Clear();
        _isReceiving = false;
        _thread = 0;
        return Descriptor;
    }

    public byte* Map(long offset) =>
        Refusal("map") != 0 ? null : offset == OFF_SQES ? (byte*)_entries : _ring;

    public int Register(uint what, void* argument)
    {
        int error = Refusal("register " + what);
        if (error != 0)
            return -error;
        switch (what)
        {
            case REGISTER_FILES:
                _socket = *(int*)argument;
                break;
            case REGISTER_PBUF_RING:
                ProvidedBuffersRegistration* registration = (ProvidedBuffersRegistration*)argument;
                _buffers = (ProvidedBuffer*)registration->Ring;
                _bufferCount = registration->Entries;
                _bufferHead = 0;
                break;
            default:
                _thread = Environment.CurrentManagedThreadId;
                break;
        }

        return 0;
    }

    public int Enter(uint submit, uint flags)
    {
        if (_thread != Environment.CurrentManagedThreadId)
            return -EEXIST;
        if (plan.Strikes(5))
            return -plan.OneOf(EINTR, EAGAIN, EBUSY, ENOMEM);
        int count = submit == 0 ? 0 : plan.PartOf((int)submit);
        for (int entry = 0; entry < count; entry++)
            Take();
        if ((flags & ENTER_GETEVENTS) != 0)
        {
            while (_late.TryDequeue(out Cqe late))
                Post(late);
            Receive();
        }

        // Work may be due at any time once a receive is under way; at times nothing shows it.
        *(uint*)(_ring + FlagsAt) = plan.Strikes(20) ? 0 : SQ_TASKRUN;
        return count;
    }

    private void Take()
    {
        uint* head = (uint*)_ring;
        Assert.NotEqual(*(uint*)(_ring + 4), *head);
        uint place = ((uint*)(_ring + SqArrayAt))[*head & (_sqEntries - 1)];
        Sqe entry = _entries[place];
        ++*head;
        Assert.Equal(SQE_FIXED_FILE, entry.Flags & SQE_FIXED_FILE);
        Assert.Equal(0, entry.File);
        if (entry.Opcode == OP_SENDMSG)
        {
            Send(entry);
            return;
        }

        Assert.Equal(OP_RECVMSG, entry.Opcode);
        Assert.False(_isReceiving, "a second receive was put beside the first");
        Assert.Equal(RECV_MULTISHOT, entry.IoPriority);
        _isReceiving = true;
        _receiveTag = entry.UserData;
    }

    private void Send(in Sqe entry)
    {
        if (IsStuck)
            return;
        MMsgHdr message = new() { Header = *(MsgHdr*)entry.Address };
        Assert.Equal((uint)(MSG_DONTWAIT | MSG_NOSIGNAL), entry.MessageFlags);
        int result = -plan.OfSend(isTrain: message.Header.ControlLength != 0);
        if (result == 0)
        {
            result = _calls.SendMany(_socket, &message, 1);
            result = result == 1 ? (int)message.Length : result;
        }

        Cqe completion = new() { UserData = entry.UserData, Result = result };
        if (plan.Strikes(8))
            _late.Enqueue(completion);
        else
            Post(completion);
    }

    private void Receive()
    {
        if (ReceiveEnd != 0 && _isReceiving)
            EndReceive(ReceiveEnd);
        ReceiveEnd = 0;
        for (int shot = 0; shot < MultishotMax && _isReceiving; shot++)
        {
            int error = plan.OfReceive(12);
            if (error is EAGAIN or EINTR)
                return;
            if (error != 0)
                EndReceive(plan.OneOf(error, ENOBUFS, ECANCELED));
            else if (_buffers->Tail == _bufferHead)
                EndReceive(ENOBUFS);
            else if (!ReceiveOne())
                return;
        }
    }

    private void EndReceive(int error)
    {
        _isReceiving = false;
        Post(new Cqe { UserData = _receiveTag, Result = -error });
    }

    private bool ReceiveOne()
    {
        byte* name = stackalloc byte[SockAddrBytes];
        byte* controls = stackalloc byte[LinuxRingBuffers.ControlSize];
        MMsgHdr message = default;
        fixed (byte* scratch = _scratch)
        {
            IoVec vector = new() { Base = scratch, Length = (nuint)_scratch.Length };
            message.Header = new MsgHdr
            {
                Name = name, NameLength = SockAddrBytes, Vectors = &vector, VectorCount = 1,
                Control = controls, ControlLength = LinuxRingBuffers.ControlSize,
            };
            if (_calls.ReceiveMany(_socket, &message, 1) != 1)
                return false;
            ProvidedBuffer buffer = _buffers[_bufferHead++ & (_bufferCount - 1)];
            Deliver(buffer, message, name, controls, scratch);
        }

        return true;
    }

    private void Deliver(
        ProvidedBuffer buffer, MMsgHdr message, byte* name, byte* controls, byte* payload)
    {
        int bytes = (int)message.Length;
        bool isTrain = SegmentBytesOf(controls, message.Header.ControlLength) != 0;
        bool isCut = plan.Strikes(12);
        bool isShort = !isTrain && plan.Strikes(16);
        if ((isCut || isShort) && !isTrain && bytes == CellLayout.Size)
            plan.SpoiltCells++;
        ReceivedHeader header = new()
        {
            NameLength = message.Header.NameLength,
            ControlLength = (uint)message.Header.ControlLength,
            PayloadLength = (uint)bytes,
            Flags = (uint)(message.Header.Flags | (isCut ? MSG_TRUNC : 0)),
        };
        *(ReceivedHeader*)buffer.Address = header;
        Copy(name, buffer.Address + LinuxRingBuffers.SourceOffset, SockAddrBytes);
        Copy(controls, buffer.Address + LinuxRingBuffers.ControlOffset, (int)header.ControlLength);
        Copy(payload, buffer.Address + LinuxRingBuffers.PayloadOffset, bytes);
        _isReceiving = bytes != 0 && !plan.Strikes(10);
        Post(new Cqe
        {
            UserData = _receiveTag,
            Result = isShort ? plan.OneOf(0, 8, 127) : LinuxRingBuffers.PayloadOffset + bytes,
            Flags = ((uint)buffer.Id << CQE_BUFFER_SHIFT) | CQE_F_BUFFER | (_isReceiving ? CQE_F_MORE : 0),
        });
    }

    private static void Copy(byte* from, byte* to, int bytes) =>
        new Span<byte>(from, bytes).CopyTo(new Span<byte>(to, bytes));

    private void Post(Cqe completion)
    {
        uint* tail = (uint*)(_ring + 12);
        Assert.True(*tail - *(uint*)(_ring + 8) < _cqEntries, "completions overflowed");
        uint cqes = SqArrayAt + (_sqEntries * sizeof(uint));
        ((Cqe*)(_ring + cqes))[*tail & (_cqEntries - 1)] = completion;
        ++*tail;
    }
}

/// <summary>Has the faulty ring in place of the kernel.</summary>
internal readonly unsafe struct FaultyRingCalls(FaultyRing ring) : ILinuxRingCalls
{
    public int Setup(uint entries, RingParams* parameters) => ring.Setup(entries, parameters);

    public byte* Map(int descriptor, nuint bytes, long offset) => ring.Map(offset);

    public void Unmap(byte* part, nuint bytes)
    {
        // What the socket touches after this must not crash a test: it fails by what it does.
    }

    public int Register(int descriptor, uint what, void* argument, uint count) =>
        ring.Register(what, argument);

    public int Enter(int descriptor, uint submit, uint complete, uint flags) => ring.Enter(submit, flags);

    public void Close(int descriptor) => Assert.Equal(FaultyRing.Descriptor, descriptor);
}
