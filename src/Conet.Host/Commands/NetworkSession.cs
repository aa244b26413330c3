using System.Security.Cryptography;
using Conet.Client;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Commands;

/// <summary>
/// A command's view of the network: the registries mirrored on this machine, so that no provider learns who
/// is looked up. Dispose it to stop.
/// </summary>
internal sealed class NetworkSession : IAsyncDisposable
{
    private readonly List<JsonRpcProvider> _providers;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _mirroring;

    private NetworkSession(NetworkFile file, string folder)
    {
        File = file;
        Folder = folder;
        _providers = [.. file.Providers.Select(uri => JsonRpcProvider.Connect(uri, file.ChainId))];
        MirrorOptions options = new(file.ChainId, file.NodeRegistry, file.RouteRegistry, file.StartBlock);
        Mirror = new MirrorRunner(options, _providers);
        Directory = new MirrorDirectory(() => Mirror.Table, file.ChainId, file.RouteRegistry);
        _mirroring = Mirror.RunAsync(_ending.Token);
    }

    public NetworkFile File { get; }

    /// <summary>Where the network file lies; its paths are meant from there.</summary>
    public string Folder { get; }

    public NetworkId Network => File.Network;

    public MirrorRunner Mirror { get; }

    public MirrorDirectory Directory { get; }

    /// <summary>The first provider: transactions go there.</summary>
    public IChainProvider Provider => _providers[0];

    /// <summary>Reads the network file and waits until the table is that of the chain's head.</summary>
    /// <param name="path">The file, or null for that of CONET_HOME.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CommandException">The file is unusable, or no provider answers in time.</exception>
    public static async Task<NetworkSession> OpenAsync(string? path, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path ?? ConetHome.FromEnvironment().NetworkFile);
        NetworkFile file = NetworkFile.Read(path);
        NetworkSession session = new(file, Path.GetDirectoryName(path)!);
        try
        {
            await session.WaitForTableAsync(path, cancellation).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The node that was asked for, or one drawn at random.</summary>
    /// <exception cref="CommandException">It is not there, or there is none at all.</exception>
    public NodeId ChooseNode(uint? wanted)
    {
        if (wanted is { } id)
        {
            return Directory.TryGetNode(new NodeId(id), out _)
                ? new NodeId(id)
                : throw new CommandException(
                    ExitCode.NoInput, $"there is no node {id}; see: conet node list");
        }

        IReadOnlyList<NodeInfo> nodes = Directory.Nodes;
        return nodes.Count > 0
            ? nodes[RandomNumberGenerator.GetInt32(nodes.Count)].Id
            : throw new CommandException(
                ExitCode.Unavailable, "the network has no active node; see: conet node list");
    }

    /// <summary>The wallet that pays for routes: the one named, the network's sponsor, or null.</summary>
    public Wallet? OpenSponsor()
    {
        if (File.SponsorFile is null)
            return null;
        string path = Path.GetFullPath(File.SponsorFile, Folder);
        if (!Node.SecretFile.TryReadKey(path, out byte[]? secret, out string error))
            throw new CommandException(ExitCode.NoInput, $"sponsorFile: {error}");
        bool isKey = Wallet.TryImport(secret, out Wallet? sponsor);
        CryptographicOperations.ZeroMemory(secret);
        return isKey
            ? sponsor
            : throw new CommandException(ExitCode.BadData, $"{path}: is no secp256k1 secret key");
    }

    /// <summary>
    /// Time by which expiry is judged: that of the latest block, or the clock's if that is ahead.
    /// </summary>
    public ulong NowSeconds() =>
        Math.Max(Mirror.Table.TimeSeconds, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>Waits until the mirrored table shows a route with that prekey.</summary>
    /// <exception cref="CommandException">It does not in time.</exception>
    public async Task WaitForRouteAsync(
        Address wallet, ReadOnlyMemory<byte> prekey, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (HostLimits.ChainPatienceSeconds * 1000L);
        while (!Directory.TryGetRoute(wallet, out RouteInfo? route)
            || !route.Prekey.Span.SequenceEqual(prekey.Span))
        {
            if (Environment.TickCount64 > until)
            {
                throw new CommandException(
                    ExitCode.Unavailable,
                    "the route was written, but the chain's provider does not show it yet; try again");
            }

            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }
    }

    private async Task WaitForTableAsync(string path, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (HostLimits.ChainPatienceSeconds * 1000L);
        while (!Mirror.Ready.IsCompleted)
        {
            // One that refused twice in a row is not merely slow.
            bool allFail = Mirror.Status.Providers.All(provider => provider.Failures >= 2);
            if (allFail || Environment.TickCount64 > until)
            {
                string problems = string.Join("; ", Mirror.Status.Providers
                    .Select(provider => provider.LastProblem).Where(problem => problem is not null));
                throw new CommandException(
                    ExitCode.Unavailable,
                    $"no chain provider of {path} gives a usable table ({problems}); "
                        + "is the network running?");
            }

            await Task.WhenAny(Mirror.Ready, Task.Delay(100, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _mirroring.ConfigureAwait(false);
        foreach (JsonRpcProvider provider in _providers)
            await provider.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }
}
