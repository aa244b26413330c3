using System.Buffers;

namespace Conet.Wire.Cells;

/// <summary>
/// What one read of a byte stream gave: cells in order, and how the stream stands behind them. The cells are
/// lent by the <see cref="CellStreamReader"/> until its next call; take them with foreach.
/// </summary>
public readonly struct CellStreamRead
{
    private readonly ReadOnlySequence<byte> _cells;
    private readonly byte[]? _straddling;

    internal CellStreamRead(
        CellStreamStatus status, in ReadOnlySequence<byte> cells, byte[] straddling, int partialBytes)
    {
        Status = status;
        PartialBytes = partialBytes;
        Count = (int)(cells.Length / CellLayout.Size);
        _cells = cells;
        _straddling = straddling;
    }

    internal CellStreamRead(Exception error)
    {
        Status = CellStreamStatus.Broken;
        Error = error;
    }

    /// <summary>How the stream stands after these cells. Only Open and Canceled are not final.</summary>
    public CellStreamStatus Status { get; }

    /// <summary>Cells in this read: 0 to <see cref="Limits.StreamReadCellsMax"/>.</summary>
    public int Count { get; }

    /// <summary>Bytes of the cell that a truncated stream broke off, 1 to 1159; else 0.</summary>
    public int PartialBytes { get; }

    /// <summary>What the transport said when it broke; else null.</summary>
    public Exception? Error { get; }

    /// <summary>Goes through the cells. One enumeration at a time.</summary>
    public Enumerator GetEnumerator() => new(_cells, _straddling ?? []);

    /// <summary>
    /// Steps through the cells of a read. A cell that lies in one buffer is seen where it is; one that
    /// straddles buffers is copied together, so <see cref="Current"/> is valid until the next step.
    /// </summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySequence<byte> _cells;
        private readonly byte[] _straddling;
        private SequencePosition _next;
        private ReadOnlySpan<byte> _segment;
        private CellView _current;

        internal Enumerator(scoped in ReadOnlySequence<byte> cells, byte[] straddling)
        {
            _cells = cells;
            _straddling = straddling;
            _next = cells.Start;
        }

        /// <summary>The cell stepped to.</summary>
        public readonly CellView Current => _current;

        /// <summary>Steps to the next cell; false after the last one.</summary>
        public bool MoveNext()
        {
            while (_segment.IsEmpty)
            {
                if (!TryNextSegment())
                    return false;
            }

            if (_segment.Length < CellLayout.Size)
                return JoinAcross();
            _ = CellView.TryRead(_segment[..CellLayout.Size], out _current);
            _segment = _segment[CellLayout.Size..];
            return true;
        }

        private bool JoinAcross()
        {
            Span<byte> missing = _straddling;
            while (true)
            {
                int taken = Math.Min(missing.Length, _segment.Length);
                _segment[..taken].CopyTo(missing);
                _segment = _segment[taken..];
                missing = missing[taken..];
                if (missing.IsEmpty)
                    return CellView.TryRead(_straddling, out _current);
                if (!TryNextSegment())
                    return false;
            }
        }

        private bool TryNextSegment()
        {
            bool hasSegment = _cells.TryGet(ref _next, out ReadOnlyMemory<byte> memory);
            _segment = memory.Span;
            return hasSegment;
        }
    }
}
