using System.Net;
using Conet.Client;
using Conet.Host.Node;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Thin;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;
using Conet.Wire.Sockets;
using Xunit.Abstractions;

namespace Conet.Host.Tests.Node;

/// <summary>
/// A phone's look-up against real nodes: anvil, both registries, hundreds of wallets, two nodes on real
/// sockets, a client that mirrors nothing.
/// </summary>
public sealed class ThinNetworkTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Wallets = 300;
    private readonly string _folder = Directory.CreateTempSubdirectory("conet-thin-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<NodeRuntime<MirrorHomes>> _nodes = [];
    private readonly List<NodeInfo> _infos = [];
    private AnvilProcess? _anvil;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
        if (_anvil is not null)
            await _anvil.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task A_client_that_mirrors_nothing_finds_a_route_among_hundreds_and_names_no_wallet()
    {
        AnvilProcess anvil = _anvil = await AnvilProcess.StartAsync();
        TestRegistries registries = await TestRegistries.DeployAsync(anvil);
        await StartNodesAsync(anvil, registries, 2);
        Address[] wallets = await ManyRoutes.SetAsync(anvil, registries, Wallets);
        await UntilAsync(
            () => _nodes.TrueForAll(node => node.Status().Mirror.Routes == Wallets), "the mirrors");
        NetworkId network = new(registries.Options.ChainId, registries.Options.RouteRegistry);
        ThinDirectory directory = new(new ThinOptions
        {
            Network = network,
            Nodes = _infos,
            Headers = new ProviderHeaders([anvil.Rpc]),
            Time = new ChainTime((await anvil.HeadAsync()).TimestampSeconds),
        });
        using Wallet phone = Wallet.Create();
        await using ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = network,
            Directory = directory,
            Wallet = phone,
            Entry = _infos[0].Id,
        });
        long began = Environment.TickCount64;
        ThinLookup found = await directory.LookUpAsync(client, wallets[77], CancellationToken.None);
        Assert.True(found.Outcome == ThinOutcome.Found, string.Join("; ", found.Problems));
        output.WriteLine($"{Wallets} routes looked through in {Environment.TickCount64 - began} ms");
        Assert.True(found.Route!.IsSigned);
        Assert.Equal(
            (await registries.ReadRouteAsync(wallets[77])).Prekey.ToArray(), found.Route.Prekey.ToArray());
        foreach (Address wallet in wallets)
            Assert.True(directory.TryGetRoute(wallet, out RouteInfo? route) && route.IsSigned);

        // Nobody is known by name at a node: its attachments were the client's throw-away ones, and are over.
        await UntilAsync(() => _nodes.TrueForAll(node => node.Status().Attachments == 0), "the attachments");
        Assert.All(_nodes, node => Assert.Equal(1, node.Status().Buckets!.Made));
        Assert.True(_nodes.Sum(node => node.Status().BucketPieces) > 100);

        using Wallet nobody = Wallet.Create();
        ThinLookup absent = await directory.LookUpAsync(client, nobody.Address, CancellationToken.None);
        Assert.Equal(ThinOutcome.NotKnown, absent.Outcome);

        // The same bucket is asked for again, and no provider is troubled again.
        Assert.All(_nodes, node => Assert.Equal(1, node.Status().Buckets!.Made));
    }

    private async Task StartNodesAsync(AnvilProcess anvil, TestRegistries registries, int count)
    {
        for (uint id = 1; id <= count; id++)
        {
            Wallet signer = Wallet.Create();
            SealKey seal = SealKey.Create();
            byte[] sealKey = seal.PublicKey.ToArray();
            MirroredTables tables = MirroredTables.Open(
                registries.Options, [anvil.Rpc], Path.Combine(_folder, $"{id}"), output.WriteLine);
            NodeRuntime<MirrorHomes> node = new(
                new NodeRuntimeOptions
                {
                    NodeId = new NodeId(id),
                    Network = new NetworkId(registries.Options.ChainId, registries.Options.RouteRegistry),
                    Signer = signer,
                    SealKey = seal,
                    Client = new IPEndPoint(IPAddress.Loopback, 0),
                    Node = new IPEndPoint(IPAddress.Loopback, 0),
                    SocketKind = CellSocketKind.Portable,
                },
                tables);
            _running.Add(node.RunAsync(_stop.Token));
            await node.Started;
            _nodes.Add(node);
            _infos.Add(new NodeInfo(new NodeId(id), node.ClientEndpoint.ToIPEndPoint(), sealKey));
        }
    }

    private static async Task UntilAsync(Func<bool> isSo, string what)
    {
        long until = Environment.TickCount64 + 30_000;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < until, what);
            await Task.Delay(20);
        }
    }

    /// <summary>The chain of these tests has a time of its own.</summary>
    private sealed class ChainTime(ulong seconds) : TimeProvider
    {
        private readonly long _began = Environment.TickCount64;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset
            .FromUnixTimeSeconds((long)seconds).AddMilliseconds(Environment.TickCount64 - _began);
    }
}
