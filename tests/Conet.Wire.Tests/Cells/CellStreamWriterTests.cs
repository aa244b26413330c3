using System.IO.Pipelines;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;

namespace Conet.Wire.Tests.Cells;

public sealed class CellStreamWriterTests
{
    private const string Text = "0x0102030405060708090a0b0c0d0e0f1011121314";

    private static CellView View(byte[] cell)
    {
        Assert.True(CellView.TryRead(cell, out CellView view));
        return view;
    }

    private static byte[] Cell(int seed)
    {
        byte[] cell = new byte[CellLayout.Size];
        new Random(seed).NextBytes(cell);
        return cell;
    }

    [Fact]
    public async Task Cells_lie_on_the_stream_with_nothing_between()
    {
        MemoryStream stream = new();
        CellStreamWriter writer = CellStreamWriter.Over(stream, leaveOpen: true);
        List<byte> expected = [];
        for (int i = 0; i < 200; i++)
        {
            byte[] cell = Cell(i);
            expected.AddRange(cell);
            if (!writer.TryWrite(View(cell)))
            {
                Assert.Equal(CellStreamStatus.Open, (await writer.FlushAsync()).Status);
                Assert.True(writer.TryWrite(View(cell)));
            }
        }

        await writer.CompleteAsync();
        Assert.Equal(expected, stream.ToArray());
        stream.Position = 0;
        CellStreamReader reader = CellStreamReader.Over(stream);
        int count = 0;
        CellStreamRead read;
        do
        {
            read = await reader.ReadAsync();
            foreach (CellView cell in read)
                Assert.True(cell.Bytes.SequenceEqual(Cell(count++)));
        }
        while (read.Status == CellStreamStatus.Open);
        Assert.Equal((200, CellStreamStatus.Ended), (count, read.Status));
    }

    [Fact]
    public async Task A_cell_can_be_written_in_place()
    {
        Pipe pipe = new();
        CellStreamWriter writer = new(pipe.Writer);
        Assert.True(Address.TryParseHex(Text, out Address destination));
        Reserve();
        Assert.Equal(1, writer.UnflushedCells);
        await writer.FlushAsync();
        Assert.Equal(0, writer.UnflushedCells);
        CellStreamRead read = await new CellStreamReader(pipe.Reader).ReadAsync();
        Assert.Equal(1, read.Count);
        foreach (CellView cell in read)
        {
            Assert.Equal(destination, new Address(cell.Destination));
            Assert.False(cell.Seal.ContainsAnyExcept((byte)0xCD));
        }

        void Reserve()
        {
            Assert.True(writer.TryReserve(out CellWriter cell));
            cell.WriteDestination(destination);
            cell.Seal.Fill(0xCD);
            writer.Commit();
        }
    }

    [Fact]
    public async Task No_more_cells_wait_for_a_flush_than_a_train()
    {
        Pipe pipe = new();
        CellStreamWriter writer = new(pipe.Writer);
        for (int i = 0; i < Limits.StreamUnflushedCellsMax; i++)
            Assert.True(writer.TryWrite(View(Cell(i))));
        Assert.False(writer.TryWrite(View(Cell(0))));
        Assert.False(writer.TryReserve(out _));
        Assert.Throws<InvalidOperationException>(writer.Commit);
        Assert.Equal(Limits.StreamUnflushedCellsMax, writer.UnflushedCells);
        await writer.FlushAsync();
        Assert.True(writer.TryWrite(View(Cell(0))));
    }

    [Fact]
    public async Task A_flush_waits_while_the_pipe_is_full_and_can_be_called_off()
    {
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 3_000, resumeWriterThreshold: 1_000));
        CellStreamWriter writer = new(pipe.Writer);
        for (int i = 0; i < 3; i++)
            Assert.True(writer.TryWrite(View(Cell(i))));
        ValueTask<CellStreamFlush> flush = writer.FlushAsync();
        Assert.False(flush.IsCompleted);
        writer.CancelPendingFlush();
        Assert.Equal(CellStreamStatus.Canceled, (await flush).Status);

        flush = writer.FlushAsync();
        Assert.False(flush.IsCompleted);
        CellStreamReader reader = new(pipe.Reader);
        Assert.Equal(3, (await reader.ReadAsync()).Count);
        Assert.False(flush.IsCompleted);
        ValueTask<CellStreamRead> next = reader.ReadAsync();
        Assert.Equal(CellStreamStatus.Open, (await flush).Status);
        await writer.CompleteAsync();
        Assert.Equal(CellStreamStatus.Ended, (await next).Status);
    }

    [Fact]
    public async Task A_peer_that_is_gone_ends_the_writing()
    {
        Pipe pipe = new();
        CellStreamWriter writer = new(pipe.Writer);
        await new CellStreamReader(pipe.Reader).CompleteAsync();
        Assert.True(writer.TryWrite(View(Cell(1))));
        Assert.Equal(CellStreamStatus.Ended, (await writer.FlushAsync()).Status);
    }

    [Fact]
    public async Task A_broken_transport_is_a_result()
    {
        IOException error = new("broken pipe");
        CellStreamWriter writer = CellStreamWriter.Over(new BrokenStream(error), leaveOpen: true);
        Assert.True(writer.TryWrite(View(Cell(1))));
        CellStreamFlush flush = await writer.FlushAsync();
        Assert.Equal(CellStreamStatus.Broken, flush.Status);
        Assert.Same(error, flush.Error);
    }

    [Fact]
    public void Misuse_throws()
    {
        CellStreamWriter writer = new(new Pipe().Writer);
        Assert.Throws<InvalidOperationException>(writer.Commit);
        Assert.Throws<ArgumentException>(() => writer.TryWrite(default));
        Assert.Throws<ArgumentNullException>(() => new CellStreamWriter(null!));
        Assert.Throws<ArgumentNullException>(() => new CellStreamReader(null!));
    }

    private sealed class BrokenStream(Exception error) : MemoryStream
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw error;
    }
}
