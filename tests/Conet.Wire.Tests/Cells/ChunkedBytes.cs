using System.Buffers;

namespace Conet.Wire.Tests.Cells;

/// <summary>Bytes as a sequence of segments, cut at places that a seed chooses; some are empty.</summary>
internal sealed class ChunkedBytes : ReadOnlySequenceSegment<byte>
{
    private ChunkedBytes(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, int seed)
    {
        Random random = new(seed);
        int longest = Lengths[random.Next(Lengths.Length)];
        ChunkedBytes first = new(ReadOnlyMemory<byte>.Empty, 0);
        ChunkedBytes last = first;
        int offset = 0;
        while (offset < bytes.Length)
        {
            int length = Math.Min(random.Next(longest + 1), bytes.Length - offset);
            ChunkedBytes segment = new(bytes.Slice(offset, length), offset);
            last.Next = segment;
            last = segment;
            offset += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Longest chunks: single bytes, parts of a cell, about a cell, several cells.</summary>
    public static ReadOnlySpan<int> Lengths => [7, 500, 1159, 1160, 1161, 2_500, 9_000];
}
