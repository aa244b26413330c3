using System.Numerics;
using System.Runtime.InteropServices;
using static Conet.Wire.Sockets.LinuxAbi;
using static Conet.Wire.Sockets.LinuxRingAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// The buffers that a ring receives into, in native memory that lives until the socket and every batch of it
/// are disposed. A buffer is the kernel's, or else a batch's or that of a datagram not yet taken.
/// <code>
///   page 0    ring of provided buffers: what the kernel may write to
///   buffers   16 header | 32 source | 80 control | payload, 64 of them
/// </code>
/// One thread, but for <see cref="Leave"/> and the count of users.
/// </summary>
internal sealed unsafe class LinuxRingBuffers
{
    /// <summary>Buffers: as many as a bit set of one word has, and as one receive takes.</summary>
    public const int Count = Limits.ReceiveDatagramsMax;

    public const int SourceOffset = 16;
    public const int ControlOffset = SourceOffset + SockAddrBytes;
    public const int ControlSize = 80;
    public const int PayloadOffset = ControlOffset + ControlSize;
    public const int Size = PayloadOffset + Limits.TrainBufferBytes;

    private const int PageBytes = 4_096;

    private byte* _memory;
    private ulong _outside;
    private ulong _left;
    private ushort _tail;
    private int _users = 1;

    /// <summary>Takes the memory; the caller is its first user.</summary>
    public LinuxRingBuffers()
    {
        const nuint Bytes = PageBytes + (Count * Size);
        _memory = (byte*)NativeMemory.AlignedAlloc(Bytes, PageBytes);
        NativeMemory.Clear(_memory, Bytes);
    }

    /// <summary>Where the first buffer begins.</summary>
    public byte* Pointer => _memory + PageBytes;

    private ProvidedBuffer* Ring => (ProvidedBuffer*)_memory;

    public byte* PointerOf(int buffer) => Pointer + (buffer * Size);

    /// <summary>Adds a user of the memory.</summary>
    public void Share() => Interlocked.Increment(ref _users);

    /// <summary>Frees the memory after its last user. Any thread, once a user.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    /// <summary>
    /// What a new ring is told; it gets every buffer that is neither a batch's nor that of a datagram not yet
    /// taken. No other ring may have them.
    /// </summary>
    public ProvidedBuffersRegistration Register()
    {
        ulong buffers = ~_outside;
        _outside = ulong.MaxValue;
        _tail = 0;
        Ring->Tail = 0;
        Offer(buffers);
        return new ProvidedBuffersRegistration { Ring = Ring, Entries = Count };
    }

    /// <summary>Notes that the kernel filled a buffer. False if it was not the kernel's.</summary>
    public bool TryTake(int buffer)
    {
        ulong bit = 1UL << buffer;
        if ((uint)buffer >= Count || (_outside & bit) != 0)
            return false;
        _outside |= bit;
        return true;
    }

    /// <summary>Gives buffers to the kernel, a bit each; those that are its own already stay.</summary>
    public void Offer(ulong buffers)
    {
        buffers &= _outside;
        if (buffers == 0)
            return;
        _outside &= ~buffers;
        for (; buffers != 0; buffers &= buffers - 1)
        {
            int buffer = BitOperations.TrailingZeroCount(buffers);
            ProvidedBuffer* place = Ring + (_tail++ & (Count - 1));
            place->Address = PointerOf(buffer);
            place->Length = Size;
            place->Id = (ushort)buffer;
        }

        Volatile.Write(ref Ring->Tail, _tail);
    }

    /// <summary>Leaves buffers for the owner's thread to offer. Any thread.</summary>
    public void Leave(ulong buffers) => Interlocked.Or(ref _left, buffers);

    /// <summary>Offers what other threads left.</summary>
    public void OfferLeft()
    {
        if (Volatile.Read(ref _left) != 0)
            Offer(Interlocked.Exchange(ref _left, 0));
    }
}
