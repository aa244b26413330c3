using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

/// <summary>
/// Readers beside a writer that adds, moves and removes without pause. A handle is the number of its address
/// and a generation that only grows, so a wrong, torn or outdated answer shows.
/// </summary>
public sealed class LocalTableConcurrencyTests
{
    private const int Pool = 48;
    private const int Kept = 8;
    private const int Generations = 1 << 24;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(1.5);
    private static readonly byte[][] _pool = [.. Enumerable.Range(0, Pool).Select(Worlds.Address)];

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public async Task Readers_never_see_a_wrong_handle_nor_one_that_was_already_replaced(int capacity)
    {
        LocalTable table = new(capacity, Worlds.Seed(capacity));
        for (int number = 0; number < Kept; number++)
            Assert.True(table.TrySet(_pool[number], HandleOf(number, 0)));
        using CancellationTokenSource stop = new(_duration);
        Task<long>[] readers =
        [
            Worlds.OnThread(() => ReadSingly(table, stop.Token)),
            Worlds.OnThread(() => ReadBatches(table, stop.Token)),
        ];
        long changes = await Worlds.OnThread(() => Change(table, 0, Pool, seed: capacity, stop.Token));
        long reads = (await Task.WhenAll(readers)).Sum();
        Assert.True(changes > 1_000 && reads > 1_000, $"only {changes} changes and {reads} reads");
    }

    [Fact]
    public async Task Writers_on_several_threads_do_not_lose_each_others_changes()
    {
        LocalTable table = new(Pool, Worlds.Seed(9));
        using CancellationTokenSource stop = new(_duration);
        await Task.WhenAll(
            Worlds.OnThread(() => Change(table, Kept, Pool / 2, seed: 1, stop.Token)),
            Worlds.OnThread(() => Change(table, Pool / 2, Pool, seed: 2, stop.Token)));
        int present = _pool.Count(address => table.Find(address) != LocalTable.Absent);
        Assert.Equal(present, table.Count);
        for (int number = 0; number < Pool; number++)
            Assert.True(table.TrySet(_pool[number], number));
        Assert.Equal(Enumerable.Range(0, Pool), _pool.Select(table.FindOf));
        foreach (byte[] address in _pool)
            Assert.True(table.Remove(address));
        Assert.Equal(0, table.Count);
    }

    private static int HandleOf(int number, int generation) => (number * Generations) + generation;

    private static long Change(LocalTable table, int from, int to, int seed, CancellationToken stop)
    {
        Random random = new(seed);
        int[] generations = new int[Pool];
        long changes = 0;
        while (!stop.IsCancellationRequested && changes < Generations - 1)
        {
            int number = random.Next(from, to);
            if (number >= Kept && random.Next(2) == 0)
                table.Remove(_pool[number]);
            else
                table.TrySet(_pool[number], HandleOf(number, ++generations[number]));
            changes++;
        }

        return changes;
    }

    private static long ReadSingly(LocalTable table, CancellationToken stop)
    {
        int[] newest = new int[Pool];
        long reads = 0;
        for (; !stop.IsCancellationRequested; reads++)
        {
            int number = (int)(reads % Pool);
            Check(number, table.Find(_pool[number]), newest);
        }

        return reads;
    }

    private static long ReadBatches(LocalTable table, CancellationToken stop)
    {
        int[] newest = new int[Pool];
        int[] handles = new int[Pool];
        (byte[] bytes, int[] offsets) = Worlds.Cells(_pool);
        long reads = 0;
        for (; !stop.IsCancellationRequested; reads += Pool)
        {
            table.Find(bytes, offsets, handles);
            for (int number = 0; number < Pool; number++)
                Check(number, handles[number], newest);
        }

        return reads;
    }

    private static void Check(int number, int handle, int[] newest)
    {
        if (handle == LocalTable.Absent)
        {
            Assert.True(number >= Kept, $"address {number}, which was never removed, was not found");
            return;
        }

        Assert.Equal(number, handle / Generations);
        Assert.True(handle % Generations >= newest[number], "a handle came back after it was replaced");
        newest[number] = handle % Generations;
    }
}
