using static Conet.Wire.Sockets.LinuxAbi;
using static Conet.Wire.Sockets.LinuxRingAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// One io_uring of one socket, which is its registered file 0. The thread that enables it is the only one
/// that may enter it (SINGLE_ISSUER), and completions come only while it does (DEFER_TASKRUN).
/// </summary>
/// <remarks>
/// The kernel ends the requests of a closed ring some time later, and until then may write where they say. It
/// then lets go of the registered files; one of them is a pipe's end, so the other end tells when.
/// </remarks>
internal sealed unsafe class LinuxRing<TCalls>
    where TCalls : struct, ILinuxRingCalls
{
    /// <summary>Entries that can wait to be submitted.</summary>
    public const int SubmissionsMax = LinuxSendQueue.MessagesMax;

    /// <summary>
    /// Completions that can lie unread: those of all sends, of all buffers, and of a receive that ended.
    /// </summary>
    public const int CompletionsMax = 2 * SubmissionsMax;

    private const uint Flags = SETUP_CQSIZE | SETUP_R_DISABLED | SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG
        | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN;

    private TCalls _calls;
    private int _descriptor = -1;
    private int _pipe = -1;
    private byte* _ring;
    private byte* _entries;
    private nuint _ringBytes;
    private nuint _entriesBytes;
    private RingParams _at;
    private uint _tail;
    private bool _isEnabled;

    public LinuxRing(TCalls calls)
    {
        _calls = calls;
    }

    /// <summary>Whether there is a ring to work with.</summary>
    public bool IsOpen => _ring != null;

    /// <summary>Entries pushed that the kernel has not taken.</summary>
    public int Waiting => (int)(_tail - Volatile.Read(ref *SqAt(_at.Sq.Head)));

    /// <summary>Whether an enter or a look at the completions would find something.</summary>
    public bool HasWork =>
        (Volatile.Read(ref *SqAt(_at.Sq.Flags)) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) != 0
        || *SqAt(_at.Cq.Head) != Volatile.Read(ref *SqAt(_at.Cq.Tail));

    /// <summary>Makes the ring; 0, or the negated errno with nothing taken.</summary>
    public int Open(int socket, LinuxRingBuffers buffers)
    {
        int result = Make();
        if (result == 0)
            result = Map();
        if (result == 0)
            result = RegisterFiles(socket);
        if (result == 0)
        {
            ProvidedBuffersRegistration registration = buffers.Register();
            result = _calls.Register(_descriptor, REGISTER_PBUF_RING, &registration, 1);
        }

        if (result < 0)
            Close(waitMs: 0);
        return Math.Min(result, 0);
    }

    /// <summary>Binds the ring to this thread, unless it is bound; 0, or the negated errno.</summary>
    public int Enable()
    {
        if (_isEnabled)
            return 0;
        int result = _calls.Register(_descriptor, REGISTER_ENABLE_RINGS, null, 0);
        _isEnabled = result >= 0;
        return Math.Min(result, 0);
    }

    /// <summary>Takes the next entry, zeroed, for the caller to fill. Null when none is free.</summary>
    public Sqe* Push()
    {
        if (Waiting >= SubmissionsMax)
            return null;
        Sqe* entry = (Sqe*)_entries + (_tail++ & (SubmissionsMax - 1));
        *entry = default;
        return entry;
    }

    /// <summary>
    /// Hands the pushed entries to the kernel. Returns how many it took, or the negated errno if none.
    /// </summary>
    /// <param name="complete">Completions to wait for.</param>
    /// <param name="flags">ENTER_GETEVENTS to run what is due.</param>
    public int Enter(int complete, uint flags)
    {
        Volatile.Write(ref *SqAt(_at.Sq.Tail), _tail);
        return _calls.Enter(_descriptor, (uint)Waiting, (uint)complete, flags);
    }

    /// <summary>Takes back the entries that the kernel has not taken.</summary>
    public void Withdraw()
    {
        _tail = Volatile.Read(ref *SqAt(_at.Sq.Head));
        Volatile.Write(ref *SqAt(_at.Sq.Tail), _tail);
    }

    /// <summary>Takes the next completion.</summary>
    public bool TryComplete(out Cqe completion)
    {
        uint head = *SqAt(_at.Cq.Head);
        if (head == Volatile.Read(ref *SqAt(_at.Cq.Tail)))
        {
            completion = default;
            return false;
        }

        completion = ((Cqe*)(_ring + _at.Cq.Cqes))[head & (_at.CqEntries - 1)];
        Volatile.Write(ref *SqAt(_at.Cq.Head), head + 1);
        return true;
    }

    /// <summary>
    /// Closes the ring and waits for the kernel to be done with it. False if it is not yet: what it may write
    /// to must stay; a later call asks again.
    /// </summary>
    public bool Close(int waitMs)
    {
        if (_ring != null)
            _calls.Unmap(_ring, _ringBytes);
        if (_entries != null)
            _calls.Unmap(_entries, _entriesBytes);
        if (_descriptor >= 0)
            _calls.Close(_descriptor);
        _ring = null;
        _entries = null;
        _descriptor = -1;
        _isEnabled = false;
        _tail = 0;
        if (_pipe < 0)
            return true;
        PollFd pipe = new() { Descriptor = _pipe };
        if (LinuxCalls.Poll(&pipe, 1, waitMs) <= 0 || (pipe.Returned & POLLHUP) == 0)
            return false;
        LinuxCalls.Close(_pipe);
        _pipe = -1;
        return true;
    }

    private uint* SqAt(uint offset) => (uint*)(_ring + offset);

    private int Make()
    {
        RingParams parameters = new() { Flags = Flags, CqEntries = CompletionsMax };
        int result = _calls.Setup(SubmissionsMax, &parameters);
        if (result < 0)
            return result;
        _descriptor = result;
        _at = parameters;
        bool isAsAsked = (parameters.Features & FEAT_SINGLE_MMAP) != 0
            && parameters.SqEntries == SubmissionsMax && parameters.CqEntries == CompletionsMax;
        return isAsAsked ? 0 : -EINVAL;
    }

    private int Map()
    {
        _ringBytes = Math.Max(
            _at.Sq.Array + (SubmissionsMax * (nuint)sizeof(uint)),
            _at.Cq.Cqes + (CompletionsMax * (nuint)sizeof(Cqe)));
        _entriesBytes = SubmissionsMax * (nuint)sizeof(Sqe);
        _ring = _calls.Map(_descriptor, _ringBytes, OFF_SQ_RING);
        _entries = _calls.Map(_descriptor, _entriesBytes, OFF_SQES);
        if (_ring == null || _entries == null)
            return -ENOMEM;
        for (uint entry = 0; entry < SubmissionsMax; entry++)
            SqAt(_at.Sq.Array)[entry] = entry;
        return 0;
    }

    private int RegisterFiles(int socket)
    {
        int* ends = stackalloc int[2];
        int result = LinuxCalls.Pipe(ends);
        if (result < 0)
            return result;
        int* files = stackalloc int[] { socket, ends[1] };
        result = _calls.Register(_descriptor, REGISTER_FILES, files, 2);
        LinuxCalls.Close(ends[1]);
        _pipe = ends[0];
        return result;
    }
}
