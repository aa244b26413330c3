using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Conet.Wire.Cells;

/// <summary>
/// Cells from a byte stream, where they follow each other with nothing between. Takes over the pipe's reading
/// end: nobody else may read it, and <see cref="CompleteAsync"/> gives it back to the pipe. Holds at most
/// what the pipe holds and one cell more; whoever writes waits when the pipe is full. One thread at a time,
/// except <see cref="CancelPendingRead"/>. Source: docs/SPEC.md, section 3.2.
/// </summary>
public sealed class CellStreamReader
{
    private readonly PipeReader _source;
    private readonly byte[] _straddling = new byte[CellLayout.Size];
    private bool _isLent;
    private SequencePosition _consumed;
    private SequencePosition _examined;

    /// <summary>Starts on a pipe that stands at the beginning of a cell.</summary>
    public CellStreamReader(PipeReader source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
    }

    /// <summary>Starts on a stream, with one buffer of <see cref="Limits.StreamBufferBytes"/>.</summary>
    /// <param name="stream">Read by nobody else from now on.</param>
    /// <param name="leaveOpen">False to dispose it when this reader completes.</param>
    public static CellStreamReader Over(Stream stream, bool leaveOpen = false) =>
        new(PipeReader.Create(
            stream,
            new StreamPipeReaderOptions(
                bufferSize: Limits.StreamBufferBytes,
                minimumReadSize: CellLayout.Size,
                leaveOpen: leaveOpen)));

    /// <summary>
    /// Waits for whole cells and lends them until the next call of this reader, which takes all of them as
    /// read. Ended and Truncated come with the last cells, and again when asked again. Whatever the bytes and
    /// wherever they end, and also when the transport breaks, a result says so; nothing is thrown for it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; no cell is lost.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CellStreamRead> ReadAsync(CancellationToken cancellationToken = default)
    {
        Release();
        ReadResult result;
        try
        {
            result = await _source.ReadAtLeastAsync(CellLayout.Size, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            return new CellStreamRead(error);
        }

        return Lend(result);
    }

    /// <summary>Makes a read that waits, or else the next one, return Canceled. Any thread.</summary>
    public void CancelPendingRead() => _source.CancelPendingRead();

    /// <summary>Ends reading: lent cells are taken back, whoever writes learns of it.</summary>
    public ValueTask CompleteAsync(Exception? error = null)
    {
        Release();
        return _source.CompleteAsync(error);
    }

    private CellStreamRead Lend(in ReadResult result)
    {
        ReadOnlySequence<byte> buffer = result.Buffer;
        long whole = Math.Min(buffer.Length / CellLayout.Size, Limits.StreamReadCellsMax);
        ReadOnlySequence<byte> cells = buffer.Slice(0, whole * CellLayout.Size);
        long rest = buffer.Length - cells.Length;
        bool isAllTaken = rest < CellLayout.Size;
        _isLent = true;
        _consumed = cells.End;
        _examined = isAllTaken ? buffer.End : cells.End;
        bool isLast = result.IsCompleted && isAllTaken && !result.IsCanceled;
        CellStreamStatus status = result.IsCanceled ? CellStreamStatus.Canceled
            : !isLast ? CellStreamStatus.Open
            : rest == 0 ? CellStreamStatus.Ended
            : CellStreamStatus.Truncated;
        return new CellStreamRead(status, cells, _straddling, isLast ? (int)rest : 0);
    }

    private void Release()
    {
        if (!_isLent)
            return;
        _isLent = false;
        _source.AdvanceTo(_consumed, _examined);
    }
}
