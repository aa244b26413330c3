using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

/// <summary>Addresses, seeds and buffers of cells, all from a seeded source.</summary>
internal static class Worlds
{
    public static byte[] Seed(int seed)
    {
        byte[] bytes = new byte[LocalTable.SeedSize];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Runs work on a thread of its own: the pool may have none to spare.</summary>
    public static Task<long> OnThread(Func<long> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static byte[] Address(Random random)
    {
        byte[] bytes = new byte[CellLayout.DestinationSize];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>An address that differs from others in its number alone.</summary>
    public static byte[] Address(int number)
    {
        byte[] bytes = new byte[CellLayout.DestinationSize];
        BitConverter.TryWriteBytes(bytes.AsSpan(number % 5 * 4), number + 1);
        return bytes;
    }

    public static byte[] OwnAddress(uint node)
    {
        byte[] bytes = new byte[CellLayout.DestinationSize];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, node);
        return bytes;
    }

    /// <summary>Writes cells to those destinations behind each other, the gap apart.</summary>
    public static (byte[] Bytes, int[] Offsets) Cells(IReadOnlyList<byte[]> destinations, int gap = 0)
    {
        int stride = CellLayout.Size + gap;
        byte[] bytes = new byte[Math.Max(1, destinations.Count) * stride];
        int[] offsets = new int[destinations.Count];
        for (int index = 0; index < offsets.Length; index++)
        {
            offsets[index] = (index * stride) + gap;
            destinations[index].CopyTo(bytes, offsets[index]);
        }

        return (bytes, offsets);
    }
}

/// <summary>Next hops by whole address, as a dictionary has them; -1 for any other.</summary>
internal readonly struct DictionaryRoutes(Dictionary<string, int> answers) : IRouteLookup
{
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
    {
        for (int index = 0; index < offsets.Length; index++)
        {
            ReadOnlySpan<byte> address = cells.Slice(offsets[index], CellLayout.DestinationSize);
            hops[index] = answers.GetValueOrDefault(Convert.ToHexString(address), -1);
        }
    }
}

/// <summary>The next hop is the last byte of the destination; 0xff stands for none.</summary>
internal readonly struct LastByteRoutes : IRouteLookup
{
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
    {
        for (int index = 0; index < offsets.Length; index++)
        {
            byte last = cells[offsets[index] + CellLayout.DestinationSize - 1];
            hops[index] = last == 0xFF ? NoHop.UnknownDestination : last;
        }
    }
}
