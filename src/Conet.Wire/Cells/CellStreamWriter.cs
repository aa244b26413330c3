using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Conet.Wire.Cells;

/// <summary>
/// Cells onto a byte stream, one after the other with nothing between. Takes over the pipe's writing end:
/// nobody else may write it, and <see cref="CompleteAsync"/> gives it back to the pipe. Holds at most
/// <see cref="Limits.StreamUnflushedCellsMax"/> cells; <see cref="FlushAsync"/> waits when the pipe is full.
/// One thread at a time, except <see cref="CancelPendingFlush"/>. Source: docs/SPEC.md, section 3.2.
/// </summary>
public sealed class CellStreamWriter
{
    private readonly PipeWriter _destination;
    private bool _isReserved;

    /// <summary>Starts on a pipe that stands at the beginning of a cell.</summary>
    public CellStreamWriter(PipeWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _destination = destination;
    }

    /// <summary>Cells that wait for a flush.</summary>
    public int UnflushedCells { get; private set; }

    /// <summary>Starts on a stream, with one buffer of <see cref="Limits.StreamBufferBytes"/>.</summary>
    /// <param name="stream">Written by nobody else from now on.</param>
    /// <param name="leaveOpen">False to dispose it when this writer completes.</param>
    public static CellStreamWriter Over(Stream stream, bool leaveOpen = false) =>
        new(PipeWriter.Create(
            stream,
            new StreamPipeWriterOptions(minimumBufferSize: Limits.StreamBufferBytes, leaveOpen: leaveOpen)));

    /// <summary>Copies a cell; the view stays the caller's. False if a flush is due first.</summary>
    /// <exception cref="ArgumentException">The view is an empty default.</exception>
    public bool TryWrite(CellView cell)
    {
        if (cell.Bytes.Length != CellLayout.Size)
            throw new ArgumentException("A cell has 1160 bytes.", nameof(cell));
        if (!TryReserve(out CellWriter room))
            return false;
        cell.Bytes.CopyTo(room.Bytes);
        Commit();
        return true;
    }

    /// <summary>
    /// Lends room for one cell in the pipe itself, to be filled whole and then committed; valid until any
    /// other call of this writer. False if a flush is due first.
    /// </summary>
    public bool TryReserve(out CellWriter cell)
    {
        _isReserved = UnflushedCells < Limits.StreamUnflushedCellsMax;
        cell = _isReserved
            ? new CellWriter(_destination.GetSpan(CellLayout.Size)[..CellLayout.Size])
            : default;
        return _isReserved;
    }

    /// <summary>Appends the cell that was written into the room lent last.</summary>
    /// <exception cref="InvalidOperationException">No room is lent.</exception>
    public void Commit()
    {
        if (!_isReserved)
            throw new InvalidOperationException("No room for a cell is lent.");
        _isReserved = false;
        _destination.Advance(CellLayout.Size);
        UnflushedCells++;
    }

    /// <summary>
    /// Hands the cells to the pipe and waits while it is full. That the peer is gone or the transport broke
    /// is a result, not an exception.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. A pipe keeps its cells; a stream may stand inside one and has to be given up.
    /// </exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CellStreamFlush> FlushAsync(CancellationToken cancellationToken = default)
    {
        _isReserved = false;
        UnflushedCells = 0;
        try
        {
            FlushResult result = await _destination.FlushAsync(cancellationToken).ConfigureAwait(false);
            return new CellStreamFlush(
                result.IsCompleted ? CellStreamStatus.Ended
                : result.IsCanceled ? CellStreamStatus.Canceled
                : CellStreamStatus.Open);
        }
        catch (IOException error)
        {
            return new CellStreamFlush(CellStreamStatus.Broken, error);
        }
    }

    /// <summary>Makes a flush that waits, or else the next one, return Canceled. Any thread.</summary>
    public void CancelPendingFlush() => _destination.CancelPendingFlush();

    /// <summary>Flushes what waits and ends the stream after a whole cell.</summary>
    public ValueTask CompleteAsync(Exception? error = null)
    {
        _isReserved = false;
        UnflushedCells = 0;
        return _destination.CompleteAsync(error);
    }
}
