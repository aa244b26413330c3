using System.Diagnostics;
using System.Net;
using Conet.Client;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tests.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Node;

/// <summary>
/// A node that gives its snapshot to others keeps it fresh, and a node that fetched one gives it on.
/// </summary>
public sealed class SnapshotShareTests(RegistryChain chain) : IClassFixture<RegistryChain>
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    [SkippableFact]
    public async Task A_snapshot_is_offered_and_a_newer_one_when_the_chain_has_moved_on()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(90));
        MirrorRunner mirror = new(scene.Options, [chain.Provider]);
        Task running = mirror.RunAsync(stop.Token);
        Directory.CreateDirectory(scene.State);
        List<string> notes = [];
        await using (SnapshotShare share = await SnapshotShare.OpenAsync(
            scene.Config() with { SnapshotListen = new IPEndPoint(IPAddress.Loopback, 0) }, scene.Options,
            [chain.Provider], () => mirror.Status.IsAtHead ? mirror.Snapshot : null, notes.Add, _pause,
            stop.Token))
        {
            using HttpClient client = new() { BaseAddress = new Uri($"http://{share.EndPoint}") };
            Assert.Equal(SnapshotScene.Routes, (await WaitAsync(client, scene, 0)).Routes);

            using SealKey prekey = SealKey.Create();
            RouteDraft draft = new(
                prekey.PublicKey.ToArray(), [new NodeId(1)], await chain.BlockTimeAsync() + 86_400);
            RoutePublisher publisher = new(
                chain.Provider, RegistryChain.ChainId, scene.Options.RouteRegistry);
            TransactionSender sender = await chain.FundAsync();
            RouteResult<PublishedRoute> set = await publisher.PublishAsync(
                chain.CreateWallet(), draft, sender);
            Assert.True(set.IsSuccess, set.Error);
            await WaitAsync(client, scene, SnapshotScene.Routes + 1);
        }

        Assert.Empty(notes);
        await stop.CancelAsync();
        await running;
    }

    [SkippableFact]
    public async Task What_was_fetched_is_given_on()
    {
        using SnapshotScene scene = await SnapshotScene.OpenAsync(chain);
        await using SnapshotServer first = await SnapshotServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), scene.Shared, scene.Options, 1L << 30,
            CancellationToken.None);
        NodeConfig config = scene.Config($"http://{first.EndPoint}/snapshot") with
        {
            SnapshotListen = new IPEndPoint(IPAddress.Loopback, 0),
        };
        await SnapshotStart.RunAsync(
            config, config.SnapshotFrom, scene.Options, [chain.Provider], _ => { }, CancellationToken.None);
        await using SnapshotShare share = await SnapshotShare.OpenAsync(
            config, scene.Options, [chain.Provider], () => null, _ => { }, _pause, CancellationToken.None);
        using HttpClient client = new();
        Assert.Equal(scene.Good, await client.GetByteArrayAsync($"http://{share.EndPoint}/snapshot"));
    }

    private static async Task<SharedSnapshotHeader> WaitAsync(
        HttpClient client, SnapshotScene scene, long routes)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using HttpResponseMessage answer = await client.GetAsync("/snapshot");
            byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
            SharedSnapshotHeader.TryRead(bytes, scene.Options, out SharedSnapshotHeader? header);
            if (header is not null && header.Routes >= routes)
                return header;
            string state = $"{answer.StatusCode}, {header?.Routes} routes";
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), state);
            await Task.Delay(50);
        }
    }
}
