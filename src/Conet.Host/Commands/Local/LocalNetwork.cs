using System.Security.Cryptography;
using System.Text;
using Conet.Client;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands.Local;

/// <summary>
/// A whole network on this machine: chain, nodes as processes of their own, two demo wallets with published
/// routes. Owns all of it; dispose it to stop everything it started.
/// </summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    private const int RouteDays = 30;

    private readonly ConetHome _home;
    private readonly FileStream _lock;
    private readonly List<LocalNode> _nodes = [];
    private readonly List<IDisposable> _keys = [];
    private readonly List<ConetClient> _clients = [];
    private LocalChain? _chain;
    private NetworkSession? _session;
    private bool _ownsNetworkFile;

    private LocalNetwork(ConetHome home, FileStream @lock)
    {
        _home = home;
        _lock = @lock;
    }

    public IReadOnlyList<LocalNode> Nodes => _nodes;

    public LocalChain Chain => _chain!;

    /// <summary>One from the first wallet to the second, one back.</summary>
    public IReadOnlyList<DemoTraffic> Traffic { get; private set; } = [];

    /// <summary>How another terminal names this network: nothing to add, or the option to give.</summary>
    public string NetworkOption => _ownsNetworkFile ? string.Empty : $" --network {OwnNetworkFile}";

    private string OwnNetworkFile => Path.Combine(_home.LocalNetwork, "network.json");

    private string SponsorFile => Path.Combine(_home.LocalNetwork, "sponsor.key");

    /// <summary>Starts everything and waits until cells can flow.</summary>
    /// <exception cref="CommandException">
    /// A part is missing, or another network runs in this CONET_HOME.
    /// </exception>
    public static async Task<LocalNetwork> StartAsync(
        ConetHome home, string contracts, int nodes, Action<string> say, CancellationToken cancellation)
    {
        LocalNetwork network = new(home, Lock(home));
        try
        {
            await network.StartPartsAsync(contracts, nodes, say, cancellation).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One line if a part ended by itself; else null.</summary>
    public string? Fault() =>
        Chain.Fault() ?? _nodes.Select(node => node.Fault()).FirstOrDefault(fault => fault is not null);

    public async ValueTask DisposeAsync()
    {
        foreach (ConetClient client in _clients)
            await client.DisposeAsync().ConfigureAwait(false);
        if (_session is not null)
            await _session.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask())).ConfigureAwait(false);
        if (_chain is not null)
            await _chain.DisposeAsync().ConfigureAwait(false);
        foreach (IDisposable key in _keys)
            key.Dispose();
        if (_ownsNetworkFile)
            File.Delete(_home.NetworkFile);
        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    private static FileStream Lock(ConetHome home)
    {
        ConetHome.MakeFolder(home.Path);
        string path = Path.Combine(home.Path, "up.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new CommandException(
                ExitCode.Unavailable,
                $"another conet up is running with {home.Path}; stop it, or set CONET_HOME to another folder",
                fault);
        }
    }

    private async Task StartPartsAsync(
        string contracts, int nodes, Action<string> say, CancellationToken cancellation)
    {
        if (Directory.Exists(_home.LocalNetwork))
            Directory.Delete(_home.LocalNetwork, recursive: true);
        ConetHome.MakeFolder(_home.LocalNetwork);
        Wallet sponsor = Keep(Wallet.Create());
        WriteSponsor(sponsor);
        say("starting the chain");
        _chain = await LocalChain.StartAsync(
            contracts, Path.Combine(_home.LocalNetwork, "chain.log"), sponsor,
            cancellation).ConfigureAwait(false);
        TransactionSender sender = new(_chain.Provider, sponsor, LocalChain.ChainId);
        for (int i = 1; i <= nodes; i++)
        {
            say($"starting node {i} of {nodes}");
            _nodes.Add(await LocalNode.StartAsync(
                _chain, sender, Path.Combine(_home.LocalNetwork, $"node-{i}"),
                cancellation).ConfigureAwait(false));
        }

        WriteNetworkFile();
        _session = await NetworkSession.OpenAsync(OwnNetworkFile, cancellation).ConfigureAwait(false);
        say("waiting for the nodes to reach each other");
        await WaitReadyAsync(routes: 0, cancellation).ConfigureAwait(false);
        say("publishing the routes of two wallets");
        ConetClient first = await StartClientAsync(sender, 0, cancellation).ConfigureAwait(false);
        ConetClient second = await StartClientAsync(sender, 1, cancellation).ConfigureAwait(false);
        await WaitReadyAsync(routes: 2, cancellation).ConfigureAwait(false);
        Traffic = [new DemoTraffic(first, second), new DemoTraffic(second, first)];
    }

    private Task WaitReadyAsync(int routes, CancellationToken cancellation) =>
        Task.WhenAll(_nodes.Select(node => node.WaitReadyAsync(_nodes.Count - 1, routes, cancellation)));

    private async Task<ConetClient> StartClientAsync(
        TransactionSender payer, int index, CancellationToken cancellation)
    {
        Wallet wallet = Keep(Wallet.Create());
        SealKey prekey = Keep(SealKey.Create());
        NodeId home = _nodes[index % _nodes.Count].Id;
        ulong expiry = _session!.NowSeconds() + (RouteDays * 86_400UL);
        await RouteKeeper.PublishAsync(
            _session, wallet, payer, prekey.PublicKey.ToArray(), [home], expiry, cancellation)
            .ConfigureAwait(false);
        ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = _session.Network,
            Directory = _session.Directory,
            Wallet = wallet,
            Prekeys = [prekey],
            Entry = _nodes[^1].Id,
        });
        _clients.Add(client);
        await client.AttachAsync(home, new AttachOptions(), cancellation).ConfigureAwait(false);
        return client;
    }

    private void WriteSponsor(Wallet sponsor)
    {
        Span<byte> secret = stackalloc byte[32];
        sponsor.ExportSecret(secret);
        ConetHome.WriteFile(SponsorFile, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret) + "\n"));
        CryptographicOperations.ZeroMemory(secret);
    }

    private void WriteNetworkFile()
    {
        NetworkFile file = new()
        {
            ChainId = LocalChain.ChainId,
            Providers = [Chain.Endpoint],
            NodeRegistry = Chain.Registries.NodeRegistry,
            RouteRegistry = Chain.Registries.RouteRegistry,
            StartBlock = Chain.Registries.StartBlock,
            SponsorFile = SponsorFile,
        };
        ConetHome.WriteFile(OwnNetworkFile, file.ToJson());

        // A file that names another network is the user's and stays.
        _ownsNetworkFile = !File.Exists(_home.NetworkFile) || IsOwn(_home.NetworkFile);
        if (_ownsNetworkFile)
            ConetHome.WriteFile(_home.NetworkFile, file.ToJson());
    }

    private bool IsOwn(string path)
    {
        try
        {
            return NetworkFile.Read(path).SponsorFile == SponsorFile;
        }
        catch (CommandException)
        {
            return false;
        }
    }

    private T Keep<T>(T key)
        where T : IDisposable
    {
        _keys.Add(key);
        return key;
    }
}
