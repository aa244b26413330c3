using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;
using FsCheck;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Cells;

public sealed class CellStreamReaderTests
{
    private const int Size = CellLayout.Size;

    /// <summary>Whole cells, bytes of a broken-off one, and a seed that cuts them into chunks.</summary>
    private static readonly Gen<(int Cells, int Partial, int Seed)> _streams =
        from cells in Gen.Choose(0, 9)
        from rest in Gen.Frequency(
            (1, Gen.Constant(0)), (1, Gen.Elements(1, Size - 1)), (1, Gen.Choose(1, Size - 1)))
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (cells, rest, seed);

    private static byte[] Bytes(int cells, int rest, int seed)
    {
        byte[] bytes = new byte[(cells * Size) + rest];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Reads to the end; what came out, and how it ended.</summary>
    private static async Task<(byte[] Bytes, CellStreamRead Last)> ReadAll(CellStreamReader reader)
    {
        ArrayBufferWriter<byte> all = new();
        while (true)
        {
            CellStreamRead read = await reader.ReadAsync();
            int count = 0;
            foreach (CellView cell in read)
            {
                all.Write(cell.Bytes);
                count++;
            }

            Assert.Equal(read.Count, count);
            if (read.Status != CellStreamStatus.Open)
                return (all.WrittenSpan.ToArray(), read);
        }
    }

    private static bool IsRight((byte[] Bytes, CellStreamRead Last) result, byte[] bytes, int rest) =>
        result.Bytes.AsSpan().SequenceEqual(bytes.AsSpan(0, bytes.Length - rest))
        && result.Last.PartialBytes == rest
        && result.Last.Status == (rest == 0 ? CellStreamStatus.Ended : CellStreamStatus.Truncated);

    [Fact]
    public void How_a_buffer_is_cut_does_not_matter() =>
        Property.Holds(_streams, input =>
        {
            byte[] bytes = Bytes(input.Cells, input.Partial, input.Seed);
            CellStreamReader reader = new(PipeReader.Create(ChunkedBytes.Cut(bytes, input.Seed)));
            return IsRight(ReadAll(reader).GetAwaiter().GetResult(), bytes, input.Partial);
        });

    [Fact]
    public void How_a_stream_arrives_does_not_matter() =>
        Property.Holds(_streams, input =>
        {
            System.Random random = new(input.Seed);
            byte[] bytes = Bytes(input.Cells, input.Partial, input.Seed);
            Pipe pipe = new(new PipeOptions(
                readerScheduler: PipeScheduler.Inline,
                writerScheduler: PipeScheduler.Inline,
                pauseWriterThreshold: random.Next(1, 5_000),
                resumeWriterThreshold: 1,
                minimumSegmentSize: random.Next(1, 3_000),
                useSynchronizationContext: false));
            Task writing = WriteChunks(pipe.Writer, bytes, random);
            var result = ReadAll(new CellStreamReader(pipe.Reader)).GetAwaiter().GetResult();
            writing.GetAwaiter().GetResult();
            return IsRight(result, bytes, input.Partial);
        });

    private static (CellStreamStatus Status, int Count, int PartialBytes) Shape(in CellStreamRead read) =>
        (read.Status, read.Count, read.PartialBytes);

    private static async Task WriteChunks(PipeWriter writer, byte[] bytes, System.Random random)
    {
        int longest = ChunkedBytes.Lengths[random.Next(ChunkedBytes.Lengths.Length)];
        for (int offset = 0; offset < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, longest + 1), bytes.Length - offset);
            await writer.WriteAsync(bytes.AsMemory(offset, length));
            offset += length;
        }

        await writer.CompleteAsync();
    }

    [Fact]
    public async Task A_cell_in_one_buffer_is_seen_where_it_is_and_one_across_buffers_is_a_copy()
    {
        byte[] bytes = Bytes(3, 0, seed: 1);
        CellStreamRead read = await new CellStreamReader(
            PipeReader.Create(new ReadOnlySequence<byte>(bytes))).ReadAsync();
        Assert.Equal([true, true, true], Overlaps(read, bytes));

        ReadOnlySequence<byte> cut = Join(bytes.AsMemory(0, Size + 1), bytes.AsMemory(Size + 1));
        read = await new CellStreamReader(PipeReader.Create(cut)).ReadAsync();
        Assert.Equal([true, false, true], Overlaps(read, bytes));
    }

    private static bool[] Overlaps(CellStreamRead read, byte[] bytes)
    {
        List<bool> overlaps = [];
        foreach (CellView cell in read)
        {
            overlaps.Add(cell.Bytes.Overlaps(bytes));
            Assert.True(cell.Bytes.SequenceEqual(bytes.AsSpan(Size * (overlaps.Count - 1), Size)));
        }

        return [.. overlaps];
    }

    private static ReadOnlySequence<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        Pipe pipe = new(new PipeOptions(new KeptMemory(first, second), useSynchronizationContext: false));
        foreach (ReadOnlyMemory<byte> part in new[] { first, second })
        {
            pipe.Writer.GetMemory(part.Length);
            pipe.Writer.Advance(part.Length);
        }

        _ = pipe.Writer.FlushAsync();
        Assert.True(pipe.Reader.TryRead(out ReadResult result));
        return result.Buffer;
    }

    /// <summary>Hands a pipe the very memory a test wants to see again.</summary>
    private sealed class KeptMemory(params ReadOnlyMemory<byte>[] parts) : MemoryPool<byte>
    {
        private int _next;

        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
            new Owner(MemoryMarshal.AsMemory(parts[_next++]));

        protected override void Dispose(bool disposing)
        {
        }

        private sealed record Owner(Memory<byte> Memory) : IMemoryOwner<byte>
        {
            public void Dispose()
            {
            }
        }
    }

    [Fact]
    public async Task One_read_lends_no_more_cells_than_a_batch_takes()
    {
        byte[] bytes = Bytes(Limits.StreamReadCellsMax + 2, 5, seed: 2);
        CellStreamReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(bytes)));
        CellStreamRead first = await reader.ReadAsync();
        Assert.Equal((CellStreamStatus.Open, Limits.StreamReadCellsMax, 0), Shape(first));
        CellStreamRead second = await reader.ReadAsync();
        Assert.Equal((CellStreamStatus.Truncated, 2, 5), Shape(second));
        CellStreamRead again = await reader.ReadAsync();
        Assert.Equal((CellStreamStatus.Truncated, 0, 5), Shape(again));
    }

    [Fact]
    public async Task A_cancelled_wait_loses_nothing()
    {
        byte[] bytes = Bytes(2, 0, seed: 3);
        Pipe pipe = new();
        CellStreamReader reader = new(pipe.Reader);
        await pipe.Writer.WriteAsync(bytes.AsMemory(0, 700));
        using CancellationTokenSource source = new();
        ValueTask<CellStreamRead> waiting = reader.ReadAsync(source.Token);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

        waiting = reader.ReadAsync();
        reader.CancelPendingRead();
        CellStreamRead canceled = await waiting;
        Assert.Equal((CellStreamStatus.Canceled, 0, 0), Shape(canceled));

        await pipe.Writer.WriteAsync(bytes.AsMemory(700));
        await pipe.Writer.CompleteAsync();
        Assert.True(IsRight(await ReadAll(reader), bytes, rest: 0));
    }

    [Fact]
    public async Task A_slow_reader_makes_the_writer_wait_within_one_buffer()
    {
        EndlessStream stream = new();
        CellStreamReader reader = CellStreamReader.Over(stream);
        for (int i = 1; i <= 50; i++)
        {
            CellStreamRead read = await reader.ReadAsync();
            Assert.InRange(read.Count, 1, (Limits.StreamBufferBytes + Size - 1) / Size);
            Assert.InRange(stream.BytesRead, 1, i * (long)Limits.StreamBufferBytes);
        }

        await reader.CompleteAsync();
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task A_broken_transport_is_a_result()
    {
        IOException error = new("connection reset");
        CellStreamReader reader = CellStreamReader.Over(new EndlessStream { Error = error }, leaveOpen: true);
        CellStreamRead read = await reader.ReadAsync();
        Assert.Equal((CellStreamStatus.Broken, 0), (read.Status, read.Count));
        Assert.Same(error, read.Error);
        foreach (CellView cell in read)
            Assert.Fail($"a cell of {cell.Bytes.Length} bytes");
    }

    [Fact]
    public async Task Going_through_cells_allocates_nothing()
    {
        byte[] bytes = Bytes(100, 0, seed: 4);
        CellStreamReader reader = new(PipeReader.Create(ChunkedBytes.Cut(bytes, seed: 5)));
        CellStreamRead read = await reader.ReadAsync();
        Assert.Equal(100 * 1160, Sum(read));
        Allocation.AssertNone(() =>
        {
            for (int i = 0; i < 50; i++)
                Sum(read);
        });
    }

    private static int Sum(CellStreamRead read)
    {
        int sum = 0;
        foreach (CellView cell in read)
            sum += cell.Bytes.Length;
        return sum;
    }

    private sealed class EndlessStream : MemoryStream
    {
        public Exception? Error { get; init; }

        public long BytesRead { get; private set; }

        public bool IsDisposed { get; private set; }

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Error is not null)
                throw Error;
            BytesRead += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }

        protected override void Dispose(bool disposing) => IsDisposed = true;
    }
}
