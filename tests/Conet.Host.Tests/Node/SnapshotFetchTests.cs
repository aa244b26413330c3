using System.Net;
using System.Security.Cryptography;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Chain;

namespace Conet.Host.Tests.Node;

/// <summary>A node that starts from a stranger's snapshot, and what strangers can do to it.</summary>
public sealed class SnapshotFetchTests(RegistryChain chain) : IClassFixture<RegistryChain>
{
    private readonly List<string> _notes = [];

    [SkippableFact]
    public async Task A_node_fetches_proves_and_starts_from_what_another_serves()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using SnapshotServer server = await ServeAsync(scene);
        Assert.Equal(
            TableOrigin.StrangersSnapshot, await StartAsync(scene, $"http://{server.EndPoint}/snapshot"));
        Assert.Contains(_notes, note => note.Contains("is proved", StringComparison.Ordinal));
        MirrorSnapshot kept = scene.Kept()!;
        Assert.Equal(SnapshotScene.Routes, kept.Table.LiveRoutes);
        Assert.All(scene.Wallets, wallet => Assert.True(kept.Table.TryGetLiveRoute(wallet.Address, out _)));
        Assert.Equal(scene.Good, await File.ReadAllBytesAsync(scene.Fetched));

        MirroredTables tables = MirroredTables.Open(
            scene.Options, [chain.Provider], scene.State, _notes.Add, TableOrigin.StrangersSnapshot);
        Assert.Equal(SnapshotScene.Routes, tables.Status.Routes);
        Assert.Equal(TableOrigin.StrangersSnapshot, tables.Status.Origin);

        _notes.Clear();
        Assert.Equal(TableOrigin.OwnSnapshot, await StartAsync(scene, "http://127.0.0.1:1/snapshot"));
        Assert.Empty(_notes);
    }

    [SkippableFact]
    public async Task Servers_that_are_absent_wrong_or_dishonest_are_named_and_the_next_is_tried()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using RawHttpServer absent = Serve((_, _, to, ct) =>
            to.WriteAsync(RawHttpServer.Head("404 Not Found", "Content-Length: 0"), ct).AsTask());
        await using RawHttpServer other = ServeFile(RandomNumberGenerator.GetBytes(5_000));
        byte[] foreign = [.. scene.Good];
        foreign[30] ^= 1;
        await using RawHttpServer damaged = ServeFile(foreign);
        await using RawHttpServer forger = ServeFile(scene.Forge());
        await using SnapshotServer good = await ServeAsync(scene);
        await StartAsync(
            scene, "http://127.0.0.1:1/snapshot", $"{absent.Uri}", $"{other.Uri}", $"{damaged.Uri}",
            $"{forger.Uri}", $"http://{good.EndPoint}/snapshot");
        AssertNoted(absent.Uri, "404");
        AssertNoted(other.Uri, "NotASnapshot");
        AssertNoted(damaged.Uri, "Corrupt");
        AssertNoted(forger.Uri, "RoutesNotProved");
        Assert.Equal(SnapshotScene.Routes, scene.Kept()!.Table.LiveRoutes);
    }

    [SkippableFact]
    public async Task Without_any_good_server_the_node_starts_from_the_chain()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using RawHttpServer forger = ServeFile(scene.Forge());
        await StartAsync(scene, $"{forger.Uri}");
        Assert.Contains(_notes, note => note.Contains("from the chain", StringComparison.Ordinal));
        Assert.Null(scene.Kept());
        Assert.False(File.Exists(scene.Fetched));
        Assert.False(File.Exists(scene.Fetched + ".part"));
    }

    [SkippableFact]
    public async Task A_fetch_that_is_cut_off_goes_on_where_it_was()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        byte[] file = scene.Good;
        List<int> starts = [];
        await using RawHttpServer cutting = Serve(async (request, number, to, ct) =>
        {
            int from = RawHttpServer.From(request);
            lock (starts)
                starts.Add(from);
            await to.WriteAsync(RawHttpServer.PartHead(file, from), ct);
            int size = number < 3 ? Math.Min(300, file.Length - from) : file.Length - from;
            await to.WriteAsync(file.AsMemory(from, size), ct);
        });
        (MirrorSnapshot? snapshot, string problem) = await FetchAsync(scene, cutting.Uri);
        Assert.True(snapshot is not null, problem);
        Assert.Equal([0, SharedSnapshotHeader.Size, SharedSnapshotHeader.Size + 300], starts);
    }

    [SkippableFact]
    public async Task A_fetch_of_an_earlier_process_goes_on_and_that_of_another_snapshot_does_not()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        Directory.CreateDirectory(scene.State);
        await File.WriteAllBytesAsync(scene.Fetched + ".part", scene.Good[..700]);
        List<int> starts = [];
        await using RawHttpServer server = Serve((request, _, to, ct) =>
        {
            lock (starts)
                starts.Add(RawHttpServer.From(request));
            return AnswerAsync(scene.Good, request, to, ct);
        });
        Assert.NotNull((await FetchAsync(scene, server.Uri)).Snapshot);
        Assert.Equal([0, 700], starts);

        starts.Clear();
        await File.WriteAllBytesAsync(scene.Fetched + ".part", RandomNumberGenerator.GetBytes(700));
        Assert.NotNull((await FetchAsync(scene, server.Uri)).Snapshot);
        Assert.Equal([0, SharedSnapshotHeader.Size], starts);
    }

    [SkippableFact]
    public async Task An_endless_a_stalling_and_a_dripping_server_are_cut_off()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        byte[] file = scene.Good, more = new byte[1 << 16];
        long given = 0;
        await using RawHttpServer endless = Serve(async (request, _, to, ct) =>
        {
            await to.WriteAsync(RawHttpServer.Head(
                "206 Partial Content", "Connection: close",
                $"Content-Range: bytes {RawHttpServer.From(request)}-{file.Length - 1}/{file.Length}"), ct);
            if (RawHttpServer.From(request) == 0)
                await to.WriteAsync(file.AsMemory(0, SharedSnapshotHeader.Size), ct);
            for (; given < 1L << 34; given += more.Length)
                await to.WriteAsync(more, ct);
        });
        (MirrorSnapshot? snapshot, string problem) = await FetchAsync(scene, endless.Uri);
        Assert.Null(snapshot);
        Assert.Contains("Corrupt", problem, StringComparison.Ordinal);
        Assert.True(given < 64 << 20, $"{given} bytes were taken");

        await using RawHttpServer silent = Serve((_, _, _, ct) => Task.Delay(Timeout.Infinite, ct));
        Assert.Contains("nothing", (await FetchAsync(scene, silent.Uri)).Problem, StringComparison.Ordinal);

        await using RawHttpServer dripping = Serve(async (request, _, to, ct) =>
        {
            int from = RawHttpServer.From(request);
            await to.WriteAsync(RawHttpServer.PartHead(file, from), ct);
            await to.WriteAsync(file.AsMemory(from, from == 0 ? SharedSnapshotHeader.Size : 1), ct);
            for (int i = from + 1; from > 0 && i < file.Length; i++)
            {
                await Task.Delay(40, ct);
                await to.WriteAsync(file.AsMemory(i, 1), ct);
            }
        });
        Assert.Contains(
            "bytes a second", (await FetchAsync(scene, dripping.Uri)).Problem, StringComparison.Ordinal);
        Assert.Equal(1 + HostLimits.SnapshotAttemptsMax, dripping.Connections);
    }

    [SkippableFact]
    public async Task What_claims_to_be_larger_than_the_chain_allows_is_not_fetched()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        byte[] huge = scene.Good[..SharedSnapshotHeader.Size];
        const int RoutesOffset = 196, ChecksumOffset = 208;
        huge[RoutesOffset + 4] = 0x0F;
        SHA256.HashData(huge.AsSpan(0, ChecksumOffset), huge.AsSpan(ChecksumOffset));
        await using RawHttpServer server = ServeFile(huge);
        (MirrorSnapshot? snapshot, string problem) = await FetchAsync(scene, server.Uri);
        Assert.Null(snapshot);
        Assert.Contains("OtherState", problem, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
        Assert.False(File.Exists(scene.Fetched + ".part"));
    }

    [SkippableFact]
    public async Task A_snapshot_that_most_providers_do_not_confirm_is_not_fetched()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using RawHttpServer server = ServeFile(scene.Good);
        await using JsonRpcProvider absent = JsonRpcProvider.Connect(
            new Uri("http://127.0.0.1:1"), scene.Options.ChainId);
        (MirrorSnapshot? snapshot, string problem) = await FetchAsync(
            scene, server.Uri, chain.Provider, absent);
        Assert.Null(snapshot);
        Assert.Contains("2 of 2 providers", problem, StringComparison.Ordinal);
        Assert.Contains(absent.Name, problem, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_pages_say_what_a_node_that_fetches_is_doing()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        TaskCompletionSource asked = new(), go = new();
        await using RawHttpServer server = Serve(async (request, _, to, ct) =>
        {
            asked.TrySetResult();
            await go.Task.WaitAsync(ct);
            await AnswerAsync(scene.Good, request, to, ct);
        });
        int port = FreePort();
        Task start = SnapshotStart.RunAsync(
            scene.Config() with { HttpPort = port }, [server.Uri], scene.Options, [chain.Provider],
            _notes.Add, CancellationToken.None);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        using HttpClient client = new();
        using HttpResponseMessage ready = await client.GetAsync($"http://127.0.0.1:{port}/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("snapshot", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        go.SetResult();
        await start;
        Assert.NotNull(scene.Kept());
    }

    private static RawHttpServer Serve(Func<string, int, Stream, CancellationToken, Task> answer) =>
        new(answer);

    private static RawHttpServer ServeFile(byte[] file) =>
        new((request, _, to, ct) => AnswerAsync(file, request, to, ct));

    private static async Task AnswerAsync(byte[] file, string request, Stream to, CancellationToken ct)
    {
        int from = RawHttpServer.From(request);
        await to.WriteAsync(RawHttpServer.PartHead(file, from), ct);
        await to.WriteAsync(file.AsMemory(from), ct);
    }

    private static Task<SnapshotServer> ServeAsync(SnapshotScene scene) => SnapshotServer.StartAsync(
        new IPEndPoint(IPAddress.Loopback, 0), scene.Shared, scene.Options, 1L << 30, CancellationToken.None);

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<TableOrigin> StartAsync(SnapshotScene scene, params string[] sources)
    {
        NodeConfig config = scene.Config(sources);
        return SnapshotStart.RunAsync(
            config, config.SnapshotFrom, scene.Options, [chain.Provider], _notes.Add, CancellationToken.None);
    }

    private async Task<(MirrorSnapshot? Snapshot, string Problem)> FetchAsync(
        SnapshotScene scene, Uri source, params IChainProvider[] providers)
    {
        Directory.CreateDirectory(scene.State);
        using SnapshotFetcher fetcher = new(
            scene.Options, providers.Length == 0 ? [chain.Provider] : providers, scene.Fetched, _notes.Add)
        {
            Patience = TimeSpan.FromSeconds(1),
        };
        return await fetcher.FetchAsync(source, new byte[32], CancellationToken.None);
    }

    private void AssertNoted(Uri server, string what) => Assert.Contains(
        _notes, note => note.StartsWith(server.Authority, StringComparison.Ordinal)
            && note.Contains(what, StringComparison.Ordinal));
}
