using System.IO.Pipelines;
using Conet.Fuzz.Core;
using Conet.Wire.Cells;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Cells on a byte stream that is cut anywhere. The input says how many bytes come next, when it is read,
/// when a read is called off, and how the stream ends; the bytes themselves are a pattern, so that what is
/// read can be checked.
/// </summary>
internal sealed class CellStreamTarget : IFuzzTarget
{
    private const int StreamBytesMax = 24 * CellLayout.Size;
    private const int WriteBytesEnd = 3_500;

    /// <summary>All bytes of a stream: no two of its cells are the same.</summary>
    private static readonly byte[] _stream =
    [
        .. Enumerable.Range(0, StreamBytesMax + WriteBytesEnd)
            .Select(place => (byte)((place * 31) ^ (place >> 8))),
    ];

    public string Name => "cell-stream";

    public string Summary =>
        "CellStreamReader over any chunks, and CellStreamWriter; cells do not depend on the cuts";

    public int InputBytesMax => 256;

    public IEnumerable<byte[]> Seeds =>
    [
        [0, 0x04, 0x88, 1, 0, 0x04, 0x87, 1, 0, 0, 1, 1],
        [0, 0x12, 0x20, 1, 1, 2, 1, 0, 0, 1, 1, 3, 1],
        [4, 4, 3, 1, 4, 1],
        Samples.Pattern(100, 0),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        Script script = new(input);
        return script.Run();
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        int length = random.Pick((int[])[0, 1, 1159, 1160, 1161, 2320, 3000]);
        byte[] order = random.Below(4) switch
        {
            0 or 1 => [0, (byte)(length >> 8), (byte)length, 1],
            2 => [2],
            _ => [4, 1],
        };
        input.Insert(random.Below(input.Length + 1), order);
        return true;
    }

    private ref struct Script(ReadOnlySpan<byte> input)
    {
        private readonly Pipe _pipe = new(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: 0,
            minimumSegmentSize: 512,
            useSynchronizationContext: false));

        private ByteScript _script = new(input);
        private ValueTask<CellStreamRead> _pending;
        private bool _isPending;
        private int _written;
        private int _read;

        public bool Run()
        {
            CellStreamReader reader = new(_pipe.Reader);
            CellStreamWriter writer = new(_pipe.Writer);
            while (!_script.IsAtEnd && _written < StreamBytesMax)
            {
                switch (_script.Byte() % 5)
                {
                    case 0:
                        WriteBytes(_script.UInt16() % WriteBytesEnd);
                        break;
                    case 1:
                        Read(reader);
                        break;
                    case 2:
                        reader.CancelPendingRead();
                        break;
                    case 3:
                        Settle();
                        break;
                    default:
                        WriteCell(writer);
                        break;
                }
            }

            _pipe.Writer.Complete();
            CellStreamStatus last = Settle();
            for (int i = 0; last is CellStreamStatus.Open or CellStreamStatus.Canceled; i++)
            {
                Check(i < 64, "the stream never ends");
                last = Read(reader);
            }

            bool isWhole = _written % CellLayout.Size == 0;
            Check(
                last == (isWhole ? CellStreamStatus.Ended : CellStreamStatus.Truncated),
                "its end was misjudged");
            Check(_read == _written / CellLayout.Size, "cells were lost");
            return isWhole;
        }

        private void WriteBytes(int count)
        {
            _stream.AsSpan(_written, count).CopyTo(_pipe.Writer.GetSpan(Math.Max(1, count)));
            _pipe.Writer.Advance(count);
            _written += count;
            Check(_pipe.Writer.FlushAsync().IsCompleted, "the pipe has no end");
        }

        private void WriteCell(CellStreamWriter writer)
        {
            ReadOnlySpan<byte> cell = _stream.AsSpan(_written, CellLayout.Size);
            Check(CellView.TryRead(cell, out CellView view) && writer.TryWrite(view), "a cell is not taken");
            ValueTask<CellStreamFlush> flush = writer.FlushAsync();
            Check(flush.IsCompleted && flush.Result.Status == CellStreamStatus.Open, "a flush is not done");
            _written += CellLayout.Size;
        }

        /// <summary>Reads, unless a read is waiting already.</summary>
        private CellStreamStatus Read(CellStreamReader reader)
        {
            if (!_isPending)
                _pending = reader.ReadAsync();
            _isPending = true;
            return Settle();
        }

        /// <summary>Takes the cells of a read that is done; Open while none is.</summary>
        private CellStreamStatus Settle()
        {
            if (!_isPending || !_pending.IsCompleted)
                return CellStreamStatus.Open;
            _isPending = false;
            CellStreamRead read = _pending.Result;
            int count = 0;
            foreach (CellView cell in read)
            {
                ReadOnlySpan<byte> written = _stream.AsSpan(_read * CellLayout.Size, CellLayout.Size);
                Check(cell.Bytes.SequenceEqual(written), "a cell is not the one that was written");
                _read++;
                count++;
            }

            Check(count == read.Count, "another number of cells");
            bool isTruncated = read.Status == CellStreamStatus.Truncated;
            Check(
                read.PartialBytes == (isTruncated ? _written % CellLayout.Size : 0),
                "the broken cell is miscounted");
            return read.Status;
        }
    }
}
