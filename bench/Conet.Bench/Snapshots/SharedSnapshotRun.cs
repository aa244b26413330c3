using System.Buffers.Binary;
using System.Diagnostics;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Bench.Snapshots;

/// <summary>
/// What a stranger's snapshot of random routes costs: to write it, to prove it, to make a table of it.
/// </summary>
/// <param name="Routes">Routes in it; every second wallet has a nonce.</param>
/// <param name="FileBytes">Bytes of the file.</param>
/// <param name="Words">Storage words of the route registry.</param>
/// <param name="WriteSeconds">Time to write the file.</param>
/// <param name="ProveSeconds">Time to rebuild the storage trie.</param>
/// <param name="ProveCpuSeconds">Processor time of all threads for that.</param>
/// <param name="TableSeconds">Time to make the table; 0 if that was not asked for.</param>
/// <param name="PeakBytes">Most memory that the process had by the end of the proof.</param>
internal sealed record SharedSnapshotRun(
    long Routes, long FileBytes, long Words, double WriteSeconds, double ProveSeconds, double ProveCpuSeconds,
    double TableSeconds, long PeakBytes)
{
    private const int Seed = 20_260_102;

    private static readonly MirrorOptions _options = new(1, Filled(1), Filled(2), 0);

    /// <summary>Writes a file, proves it and takes it away again.</summary>
    /// <param name="routes">Routes.</param>
    /// <param name="folder">Where the file is put: 151 bytes a route.</param>
    /// <param name="threads">Threads that prove.</param>
    /// <param name="makesTable">Whether the table is made too.</param>
    public static SharedSnapshotRun Measure(int routes, string folder, int threads, bool makesTable)
    {
        string path = Path.Combine(folder, "bench.snapshot");
        try
        {
            long began = Stopwatch.GetTimestamp();
            Write(path, routes);
            double writing = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (SharedSnapshotReader.TryOpen(path, _options, out SharedSnapshotReader? reader)
                != SharedSnapshotProblem.None)
                throw new InvalidOperationException("What was written cannot be read.");
            using (reader)
            {
                using SharedSnapshotWords words = SharedSnapshotWords.OfRoutes(reader!);
                began = Stopwatch.GetTimestamp();
                TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
                if (!StorageTrieRoot.TryCompute(words, new StorageTrieOptions { Threads = threads }, out _))
                    throw new InvalidOperationException($"No root: {words.Problem}.");
                double proving = Stopwatch.GetElapsedTime(began).TotalSeconds;
                cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
                long peak = Process.GetCurrentProcess().PeakWorkingSet64;
                double table = makesTable ? MakeTable(reader!) : 0;
                long count = 2 + (2L * routes) + (routes / 2);
                return new SharedSnapshotRun(
                    routes, reader!.Header.FileBytes, count, writing, proving, cpu.TotalSeconds, table, peak);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double MakeTable(SharedSnapshotReader reader)
    {
        long began = Stopwatch.GetTimestamp();
        BlockHeader block = new(1, default, default, 1_700_000_000, default, null);
        SharedSnapshotProblem problem = SharedSnapshotTable.TryRead(
            reader, block, new byte[32], out _, CancellationToken.None);
        return problem == SharedSnapshotProblem.None
            ? Stopwatch.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException($"No table: {problem}.");
    }

    private static void Write(string path, int routes)
    {
        Random random = new(Seed);
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        SharedSnapshotHeader header = new(
            _options, 1, default, default, new RegistryPosition((ulong)routes, Bytes(random)),
            [0, 0, 0, 0, routes, 0]);
        SharedSnapshotWriter writer = new(file, header);
        ulong step = ulong.MaxValue / (ulong)routes;
        byte[] wallet = new byte[Address.Size];
        for (int i = 0; i < routes; i++)
        {
            random.NextBytes(wallet);
            BinaryPrimitives.WriteUInt64BigEndian(wallet, (ulong)i * step);
            PackedRoute.TryCreate(
                new NodeId((uint)random.Next(1, 200)), new NodeId((uint)random.Next(200, 400)), default,
                PackedRoute.SuitePlain, (uint)random.Next(1, 50), 1_800_000_000, 0,
                out PackedRoute packed, out _);
            RouteRecord route = RouteRecord.Live(Bytes(random), packed);
            CompactSignature signature = new(Bytes(random), Bytes(random));
            ulong nonce = i % 2 == 0 ? 0 : (ulong)random.Next(1, 9);
            writer.AddRoute(new Address(wallet), new SharedRoute(route, nonce, signature));
        }

        writer.Finish();
    }

    private static Bytes32 Bytes(Random random)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        random.NextBytes(bytes);
        return new Bytes32(bytes);
    }

    private static Address Filled(byte value) => new([.. Enumerable.Repeat(value, Address.Size)]);
}
