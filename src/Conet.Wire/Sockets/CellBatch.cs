using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// Cells in native memory taken at construction: a slot per received datagram or train, the offsets of the
/// cells in them, and where each slot came from. One owner and one thread; a socket fills it during a receive
/// and reads from it between <see cref="CellSocket.Queue"/> and <see cref="CellSocket.Flush"/>.
/// </summary>
public sealed unsafe class CellBatch : IDisposable
{
    private readonly int[] _offsets;
    private readonly int[] _slotOfCell;
    private readonly UdpEndpoint[] _sourceOfSlot;
    private LinuxRingBuffers? _buffers;
    private byte* _bytes;
    private ulong _held;

    /// <summary>Takes the memory.</summary>
    /// <param name="slots">Datagrams or trains of one receive.</param>
    /// <param name="slotBytes">Bytes of each, 1160 to 65 536.</param>
    public CellBatch(int slots, int slotBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, Limits.PlainDatagramsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(slotBytes, CellLayout.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slotBytes, Limits.TrainBufferBytes);
        Slots = slots;
        SlotBytes = slotBytes;
        CellsMax = slots * (slotBytes / CellLayout.Size);
        _offsets = new int[CellsMax];
        _slotOfCell = new int[CellsMax];
        _sourceOfSlot = new UdpEndpoint[slots];
        TakeMemory();
    }

    /// <summary>
    /// Makes a batch whose slots are the buffers of a ring: it holds those that were received until it is
    /// cleared or disposed. It takes memory of its own when others than the ring's socket write to it.
    /// </summary>
    internal CellBatch(LinuxRingBuffers buffers)
    {
        Slots = LinuxRingBuffers.Count;
        SlotBytes = LinuxRingBuffers.Size;
        CellsMax = Slots * Limits.TrainCellsMax;
        _offsets = new int[CellsMax];
        _slotOfCell = new int[CellsMax];
        _sourceOfSlot = new UdpEndpoint[Slots];
        _buffers = buffers;
        buffers.Share();
        _bytes = buffers.Pointer;
    }

    /// <summary>Frees the memory of a batch that nobody disposed.</summary>
    ~CellBatch() => Free();

    /// <summary>Datagrams or trains of one receive.</summary>
    public int Slots { get; }

    /// <summary>Bytes of each slot.</summary>
    public int SlotBytes { get; }

    /// <summary>Cells it can hold.</summary>
    public int CellsMax { get; }

    /// <summary>Cells it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Datagrams of another size than a cell in the last receive; nothing of them is kept.</summary>
    public int WrongSizeDatagrams { get; private set; }

    /// <summary>Datagrams and trains of the last receive.</summary>
    public int UsedSlots { get; private set; }

    /// <summary>
    /// All bytes; cells lie in it at <see cref="Offsets"/>. Valid until the batch is disposed.
    /// </summary>
    public ReadOnlySpan<byte> Bytes => new(BasePointer, Slots * SlotBytes);

    /// <summary>Where each cell begins.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, Count);

    internal byte* BasePointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes == null, this);
            return _bytes;
        }
    }

    /// <summary>The 1160 bytes of a cell.</summary>
    public ReadOnlySpan<byte> CellAt(int cell) => Bytes.Slice(Offsets[cell], CellLayout.Size);

    /// <summary>Where a cell came from; for an added cell, the default.</summary>
    public UdpEndpoint SourceOf(int cell) => _sourceOfSlot[_slotOfCell.AsSpan(0, Count)[cell]];

    /// <summary>Forgets every cell; the memory stays.</summary>
    public void Clear()
    {
        Count = 0;
        UsedSlots = 0;
        WrongSizeDatagrams = 0;
        if (_held != 0)
            LeaveBuffers();
    }

    /// <summary>
    /// Takes the next slot for one cell that the caller writes. False when every slot is used, or while a
    /// socket of the kind <see cref="CellSocketKind.LinuxRing"/> has filled some.
    /// </summary>
    /// <param name="cell">The 1160 bytes to fill.</param>
    public bool TryAdd(out Span<byte> cell)
    {
        if (UsedSlots == Slots || (_buffers != null && UsedSlots != 0))
        {
            cell = default;
            return false;
        }

        if (_buffers != null)
            ClearToWrite();

        int offset = UsedSlots * SlotBytes;
        cell = new Span<byte>(BasePointer + offset, CellLayout.Size);
        AddCell(offset, UsedSlots);
        _sourceOfSlot[UsedSlots++] = default;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    internal Span<byte> SlotAt(int slot) => new(SlotPointer(slot), SlotBytes);

    internal byte* SlotPointer(int slot) => BasePointer + (slot * SlotBytes);

    /// <summary>
    /// Takes what lies in the next slot: one datagram, or a train that the kernel says is cut by
    /// <paramref name="segmentBytes"/>. Source: docs/SPEC.md, section 3.1.
    /// </summary>
    /// <param name="bytes">Bytes received.</param>
    /// <param name="segmentBytes">The size that came beside them, or 0 for none.</param>
    /// <param name="isTruncated">Whether the datagram was longer than the slot.</param>
    /// <param name="source">Where it came from.</param>
    internal void Accept(int bytes, int segmentBytes, bool isTruncated, in UdpEndpoint source)
    {
        AcceptAt(UsedSlots * SlotBytes, bytes, segmentBytes, isTruncated, source);
    }

    /// <summary>Takes what lies in a buffer of the ring, and holds the buffer.</summary>
    /// <param name="buffer">Which one.</param>
    /// <param name="bytes">Bytes received.</param>
    /// <param name="segmentBytes">The size that came beside them, or 0 for none.</param>
    /// <param name="isTruncated">Whether the datagram was longer than the buffer.</param>
    /// <param name="source">Where it came from.</param>
    internal void AcceptBuffer(
        int buffer, int bytes, int segmentBytes, bool isTruncated, in UdpEndpoint source)
    {
        _held |= 1UL << buffer;
        int offset = (buffer * LinuxRingBuffers.Size) + LinuxRingBuffers.PayloadOffset;
        AcceptAt(offset, bytes, segmentBytes, isTruncated, source);
    }

    /// <summary>Whether its slots are buffers of this ring.</summary>
    internal bool IsOf(LinuxRingBuffers buffers) => ReferenceEquals(_buffers, buffers);

    /// <summary>Forgets every cell; the slots can be written to.</summary>
    internal void ClearToWrite()
    {
        Clear();
        if (_buffers == null)
            return;
        ObjectDisposedException.ThrowIf(_bytes == null, this);
        Free();
        _buffers = null;
        TakeMemory();
    }

    private void AcceptAt(
        int offset, int bytes, int segmentBytes, bool isTruncated, in UdpEndpoint source)
    {
        int slot = UsedSlots++;
        _sourceOfSlot[slot] = source;
        if (segmentBytes == 0)
        {
            if (bytes == CellLayout.Size && !isTruncated)
                AddCell(offset, slot);
            else
                WrongSizeDatagrams++;
            return;
        }

        if (segmentBytes != CellLayout.Size)
        {
            WrongSizeDatagrams += Math.Max(1, (bytes + segmentBytes - 1) / segmentBytes);
            return;
        }

        int cells = bytes / CellLayout.Size;
        for (int cell = 0; cell < cells; cell++)
            AddCell(offset + (cell * CellLayout.Size), slot);
        if (bytes % CellLayout.Size != 0 || bytes == 0 || isTruncated)
            WrongSizeDatagrams++;
    }

    private void AddCell(int offset, int slot)
    {
        _offsets[Count] = offset;
        _slotOfCell[Count++] = slot;
    }

    private void TakeMemory()
    {
        nuint bytes = (nuint)(Slots * SlotBytes);
        _bytes = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(_bytes, bytes);
    }

    private void LeaveBuffers()
    {
        _buffers!.Leave(_held);
        _held = 0;
    }

    private void Free()
    {
        if (_buffers == null)
        {
            NativeMemory.AlignedFree(_bytes);
        }
        else if (_bytes != null)
        {
            LeaveBuffers();
            _buffers.Release();
        }

        _bytes = null;
    }
}
