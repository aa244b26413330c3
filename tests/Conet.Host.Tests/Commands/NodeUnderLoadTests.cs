using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;

namespace Conet.Host.Tests.Commands;

/// <summary>
/// The processes of `conet node` under cells from many sources: five seconds, or a minute with `./conet test
/// --full`. Workers take no managed memory, and the rest takes so little that nothing pauses them.
/// </summary>
[Collection("conet up")]
public sealed class NodeUnderLoadTests : IDisposable
{
    private const int Entry = 1;
    private const int Home = 2;
    private const int Sources = 16;
    private const int CellsPerPause = 64;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _load = TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable("CONET_FULL") == "1" ? 60 : 5);

    private readonly string _home = Directory.CreateTempSubdirectory("conet-load-").FullName;
    private readonly UdpClient[] _sources =
        [.. Enumerable.Range(0, Sources).Select(_ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))];

    public void Dispose()
    {
        foreach (UdpClient source in _sources)
            source.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [SkippableFact]
    public async Task Workers_allocate_nothing_and_the_process_collects_at_most_once()
    {
        Skip.If(LocalNetworkFixture.WhyNot() is not null, LocalNetworkFixture.WhyNot());
        await using RunningTool up = new ConetTool(_home).Begin("up", "--json", "--nodes", "2");
        await up.WaitForLineAsync(line => line.StartsWith("{\"nodes\":2", StringComparison.Ordinal));
        using LoadedNode entry = new(_home, Entry), home = new(_home, Home);
        Send(entry, _warmUp);
        LoadedNode.Numbers entryBefore = await entry.NumbersAsync(), homeBefore = await home.NumbersAsync();
        Send(entry, _load);
        LoadedNode.Numbers entryAfter = await entry.NumbersAsync(), homeAfter = await home.NumbersAsync();

        Assert.True(entryAfter.Forwarded - entryBefore.Forwarded > 1_000, $"{entryBefore} {entryAfter}");
        Assert.True(entryAfter.Dropped - entryBefore.Dropped > 1_000, $"{entryBefore} {entryAfter}");
        Assert.True(homeAfter.Dropped - homeBefore.Dropped > 1_000, $"{homeBefore} {homeAfter}");
        foreach ((LoadedNode.Numbers before, LoadedNode.Numbers after) in new[] {
            (entryBefore, entryAfter), (homeBefore, homeAfter) })
        {
            Assert.All(after.WorkerBytes, bytes => Assert.Equal(0, bytes));
            Assert.InRange(after.Collections - before.Collections, 0, 1);
        }

        Assert.Equal(0, await up.StopAsync());
    }

    /// <summary>
    /// Of four datagrams two go on to the other node, where nobody has the address, one is for nobody
    /// anywhere, and one is no cell.
    /// </summary>
    private void Send(LoadedNode entry, TimeSpan duration)
    {
        Random random = new(1);
        byte[] cell = new byte[CellLayout.Size];
        Stopwatch elapsed = Stopwatch.StartNew();
        for (int count = 0; elapsed.Elapsed < duration; count++)
        {
            random.NextBytes(cell.AsSpan(0, Address.Size));
            cell[0] = 0xFF;
            if (count % 4 < 2)
                NodeAddress.Home(new NodeId(Home), new Address(cell.AsSpan(0, Address.Size))).CopyTo(cell);
            ReadOnlySpan<byte> datagram = count % 4 == 3 ? cell.AsSpan(1) : cell;
            _sources[count % Sources].Send(datagram, entry.Client);
            if (count % CellsPerPause == 0)
                Thread.Sleep(1);
        }
    }
}

/// <summary>A node of `conet up`, by its configuration and its status page.</summary>
internal sealed class LoadedNode : IDisposable
{
    private readonly HttpClient _http = new();

    public LoadedNode(string home, int number)
    {
        string path = Path.Combine(home, "up", $"node-{number}", "config.json");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(path));
        Client = new IPEndPoint(
            IPAddress.Loopback, config.RootElement.GetProperty("clientPort").GetInt32());
        _http.BaseAddress = new Uri(
            $"http://127.0.0.1:{config.RootElement.GetProperty("httpPort").GetInt32()}");
    }

    public IPEndPoint Client { get; }

    public async Task<Numbers> NumbersAsync()
    {
        using JsonDocument json = JsonDocument.Parse(await _http.GetStringAsync("/status"));
        JsonElement status = json.RootElement;
        return new Numbers(
            status.GetProperty("cells_forwarded").GetInt64(),
            status.GetProperty("drops").EnumerateObject().Sum(drop => drop.Value.GetInt64()),
            [.. status.GetProperty("workers").EnumerateArray()
                .Select(worker => worker.GetProperty("allocated_bytes").GetInt64())],
            status.GetProperty("gc_collections").GetProperty("gen0").GetInt64());
    }

    public void Dispose() => _http.Dispose();

    internal sealed record Numbers(long Forwarded, long Dropped, long[] WorkerBytes, long Collections);
}
