using System.Buffers.Binary;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

public sealed class CellQueueTests
{
    [Fact]
    public void It_equals_a_plain_queue_on_one_thread() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), EqualsPlainQueue);

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(1_000, 1_024)]
    public void It_is_full_at_its_capacity_rounded_up(int asked, int capacity)
    {
        CellQueue queue = new(asked);
        byte[] cell = new byte[CellLayout.Size];
        Assert.Equal(capacity, queue.Capacity);
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(0, queue.Count);
            Assert.False(queue.TryDequeue(cell, out UdpEndpoint none, out _));
            Assert.Equal(default, none);
            for (int index = 0; index < capacity; index++)
                Assert.True(queue.TryEnqueue(cell, default, CellRole.NodePort));
            Assert.False(queue.TryEnqueue(cell, default, CellRole.NodePort));
            Assert.Equal(capacity, queue.Count);
            for (int index = 0; index < capacity; index++)
                Assert.True(queue.TryDequeue(cell, out _, out _));
        }
    }

    [Fact]
    public void A_cell_is_copied_in_and_out()
    {
        CellQueue queue = new(2);
        byte[] cell = new byte[CellLayout.Size];
        cell.AsSpan().Fill(7);
        UdpEndpoint endpoint = UdpEndpoint.FromIPv4(0x01020304, 9);
        Assert.True(queue.TryEnqueue(cell, endpoint, CellRole.NodePort));
        cell.AsSpan().Clear();
        byte[] larger = new byte[CellLayout.Size + 1];
        Assert.True(queue.TryDequeue(larger, out UdpEndpoint found, out CellRole role));
        Assert.Equal(endpoint, found);
        Assert.Equal(CellRole.NodePort, role);
        Assert.Equal(-1, larger.AsSpan(0, CellLayout.Size).IndexOfAnyExcept((byte)7));
        Assert.Equal(0, larger[^1]);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(1, 2, 4)]
    [InlineData(2, 1, 4)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 2, 64)]
    public async Task Between_threads_nothing_is_lost_doubled_torn_or_reordered(
        int producers, int consumers, int capacity)
    {
        const int Cells = 20_000;
        CellQueue queue = new(capacity);
        int consumed = 0;
        List<(int Producer, int Number)>[] seen =
            [.. Enumerable.Range(0, consumers).Select(_ => new List<(int, int)>())];
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(2));
        List<Task> tasks = [];
        for (int producer = 0; producer < producers; producer++)
        {
            int own = producer;
            tasks.Add(Worlds.OnThread(() => Produce(queue, own, Cells, stop.Token)));
        }

        foreach (List<(int Producer, int Number)> list in seen)
        {
            tasks.Add(Worlds.OnThread(() =>
            {
                while (Volatile.Read(ref consumed) < producers * Cells)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    if (TryConsume(queue, list))
                        Interlocked.Increment(ref consumed);
                    else
                        Thread.Yield();
                }

                return 0;
            }));
        }

        await Task.WhenAll(tasks);
        for (int producer = 0; producer < producers; producer++)
        {
            int own = producer;
            foreach (List<(int Producer, int Number)> list in seen)
                AssertGrows([.. list.Where(pair => pair.Producer == own).Select(pair => pair.Number)]);
            IEnumerable<int> all = seen.SelectMany(list => list)
                .Where(pair => pair.Producer == own).Select(pair => pair.Number).Order();
            Assert.Equal(Enumerable.Range(0, Cells), all);
        }

        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Misuse_throws()
    {
        CellQueue queue = new(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CellQueue(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CellQueue(Limits.QueueCellsMax + 1));
        Assert.Throws<ArgumentException>(
            () => queue.TryEnqueue(new byte[CellLayout.Size - 1], default, CellRole.ClientPort));
        Assert.Throws<ArgumentException>(
            () => queue.TryEnqueue(new byte[CellLayout.Size + 1], default, CellRole.ClientPort));
        Assert.Throws<ArgumentException>(() => queue.TryDequeue(new byte[CellLayout.Size - 1], out _, out _));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Queueing_allocates_nothing()
    {
        CellQueue queue = new(4);
        byte[] cell = new byte[CellLayout.Size];
        queue.TryEnqueue(cell, default, CellRole.ClientPort);
        queue.TryDequeue(cell, out _, out _);
        Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 10_000; round++)
            {
                queue.TryEnqueue(cell, default, CellRole.ClientPort);
                queue.TryDequeue(cell, out _, out _);
            }
        });
    }

    private static long Produce(CellQueue queue, int producer, int cells, CancellationToken stop)
    {
        byte[] cell = new byte[CellLayout.Size];
        for (int number = 0; number < cells; number++)
        {
            cell.AsSpan().Fill((byte)(number + producer));
            BinaryPrimitives.WriteInt32LittleEndian(cell, number);
            UdpEndpoint endpoint = UdpEndpoint.FromIPv4((uint)number, (ushort)producer);
            while (!queue.TryEnqueue(cell, endpoint, (CellRole)(number & 1)))
            {
                stop.ThrowIfCancellationRequested();
                Thread.Yield();
            }
        }

        return cells;
    }

    private static bool TryConsume(CellQueue queue, List<(int Producer, int Number)> seen)
    {
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        if (!queue.TryDequeue(cell, out UdpEndpoint endpoint, out CellRole role))
            return false;
        int number = BinaryPrimitives.ReadInt32LittleEndian(cell);
        Assert.Equal((uint)number, endpoint.IPv4);
        Assert.Equal((CellRole)(number & 1), role);
        Assert.Equal(-1, cell[sizeof(int)..].IndexOfAnyExcept((byte)(number + endpoint.Port)));
        seen.Add((endpoint.Port, number));
        return true;
    }

    private static void AssertGrows(int[] numbers)
    {
        for (int index = 1; index < numbers.Length; index++)
            Assert.True(numbers[index] > numbers[index - 1], "cells of one producer changed their order");
    }

    private static bool EqualsPlainQueue(int seed)
    {
        Random random = new(seed);
        CellQueue queue = new(random.Next(2, 9));
        Queue<int> twin = new();
        byte[] cell = new byte[CellLayout.Size];
        for (int step = 1; step <= 40; step++)
        {
            if (random.Next(5) < 3)
            {
                BinaryPrimitives.WriteInt32LittleEndian(cell, step);
                bool fits = twin.Count < queue.Capacity;
                if (fits)
                    twin.Enqueue(step);
                Assert.Equal(fits, queue.TryEnqueue(cell, default, CellRole.ClientPort));
            }
            else
            {
                Assert.Equal(twin.TryDequeue(out int number), queue.TryDequeue(cell, out _, out _));
                if (number != 0)
                    Assert.Equal(number, BinaryPrimitives.ReadInt32LittleEndian(cell));
            }
        }

        return twin.Count == queue.Count;
    }
}
