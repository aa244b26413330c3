using System.Numerics;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;

namespace Conet.Wire.Forwarding;

/// <summary>
/// A bounded queue of cells with an endpoint and a role each: control cells from workers to the control
/// thread, the node's own cells from any thread to a worker. Cells are copied in and copied out; all memory
/// is taken at construction; nothing blocks. Any number of threads on both sides.
/// </summary>
/// <remarks>
/// A ring whose places carry a sequence number: a place is writable when its number equals the position,
/// readable when it is one more. (The scheme is D. Vyukov's bounded queue for many producers and consumers.)
/// </remarks>
public sealed class CellQueue
{
    private readonly byte[] _cells;
    private readonly Place[] _places;
    private readonly int _mask;
    private Positions _positions;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="capacity">Cells it can hold, 2 to 2^20; rounded up to a power of two.</param>
    public CellQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.QueueCellsMax);
        int places = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        _cells = new byte[places * CellLayout.Size];
        _places = new Place[places];
        for (int index = 0; index < places; index++)
            _places[index].Sequence = index;
        _mask = places - 1;
    }

    /// <summary>Cells it can hold.</summary>
    public int Capacity => _places.Length;

    /// <summary>Cells in it; exact only while nobody else uses it.</summary>
    public int Count =>
        (int)Math.Clamp(Volatile.Read(ref _positions.Tail) - Volatile.Read(ref _positions.Head), 0, Capacity);

    /// <summary>Copies a cell in. False when the queue is full.</summary>
    /// <param name="cell">1160 bytes.</param>
    /// <param name="endpoint">Where it came from, or goes to.</param>
    /// <param name="role">The port it came in at, or leaves from.</param>
    /// <exception cref="ArgumentException">The cell has another length.</exception>
    public bool TryEnqueue(ReadOnlySpan<byte> cell, in UdpEndpoint endpoint, CellRole role)
    {
        ThrowIfNotCell(cell.Length);
        long position = Volatile.Read(ref _positions.Tail);
        while (true)
        {
            ref Place place = ref _places[(int)position & _mask];
            long lead = Volatile.Read(ref place.Sequence) - position;
            if (lead < 0)
                return false;
            long seen = lead == 0
                ? Interlocked.CompareExchange(ref _positions.Tail, position + 1, position)
                : Volatile.Read(ref _positions.Tail);
            if (lead == 0 && seen == position)
            {
                cell.CopyTo(BytesAt(position));
                place.Endpoint = endpoint;
                place.Role = role;
                Volatile.Write(ref place.Sequence, position + 1);
                return true;
            }

            position = seen;
        }
    }

    /// <summary>Copies the oldest cell out. False when there is none.</summary>
    /// <param name="cell">Receives 1160 bytes; may be longer.</param>
    /// <param name="endpoint">Where it came from, or goes to.</param>
    /// <param name="role">The port it came in at, or leaves from.</param>
    /// <exception cref="ArgumentException">The span is shorter than a cell.</exception>
    public bool TryDequeue(Span<byte> cell, out UdpEndpoint endpoint, out CellRole role)
    {
        if (cell.Length < CellLayout.Size)
            ThrowIfNotCell(cell.Length);
        long position = Volatile.Read(ref _positions.Head);
        while (true)
        {
            ref Place place = ref _places[(int)position & _mask];
            long lead = Volatile.Read(ref place.Sequence) - (position + 1);
            if (lead < 0)
            {
                endpoint = default;
                role = default;
                return false;
            }

            long seen = lead == 0
                ? Interlocked.CompareExchange(ref _positions.Head, position + 1, position)
                : Volatile.Read(ref _positions.Head);
            if (lead == 0 && seen == position)
            {
                BytesAt(position).CopyTo(cell);
                endpoint = place.Endpoint;
                role = place.Role;
                Volatile.Write(ref place.Sequence, position + Capacity);
                return true;
            }

            position = seen;
        }
    }

    private static void ThrowIfNotCell(int length)
    {
        if (length != CellLayout.Size)
            throw new ArgumentException($"A cell has {CellLayout.Size} bytes, not {length}.");
    }

    private Span<byte> BytesAt(long position) =>
        _cells.AsSpan(((int)position & _mask) * CellLayout.Size, CellLayout.Size);

    private struct Place
    {
        public long Sequence;
        public UdpEndpoint Endpoint;
        public CellRole Role;
    }

    /// <summary>Apart by two cache lines: the sides do not slow each other down.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Positions
    {
        [FieldOffset(128)]
        public long Tail;

        [FieldOffset(256)]
        public long Head;
    }
}
