using System.Net;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// What a node gives to strangers: a snapshot that is made anew as the chain moves on, in the background, and
/// the server that gives it. Never stops the node.
/// </summary>
public sealed class SnapshotShare : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SharedSnapshotMaker _maker;
    private readonly MirrorOptions _options;
    private readonly string _path;
    private readonly Func<MirrorSnapshot?> _atHead;
    private readonly Action<string> _note;
    private readonly ulong _depth;
    private readonly ulong _age;
    private SnapshotServer? _server;
    private Task _making = Task.CompletedTask;
    private MirrorSnapshot? _candidate;
    private string _problem = string.Empty;
    private TimeSpan _look = TimeSpan.FromSeconds(HostLimits.SnapshotLookSeconds);
    private TimeSpan _pause = TimeSpan.FromSeconds(HostLimits.SnapshotMakeSeconds);

    private SnapshotShare(
        NodeConfig config, MirrorOptions options, IReadOnlyList<IChainProvider> providers,
        Func<MirrorSnapshot?> atHead, Action<string> note)
    {
        _options = options;
        _atHead = atHead;
        _note = note;
        _path = Path.Combine(config.StateDirectory, SnapshotStart.SharedName);
        _maker = new SharedSnapshotMaker(options, providers, _path);

        // A development chain stands still between transactions, and nobody reorganises it by chance.
        bool isDevelopmentChain = options.ChainId is 1337 or 31337;
        _depth = isDevelopmentChain ? 0 : HostLimits.SnapshotDepthBlocks;
        _age = isDevelopmentChain ? 1 : HostLimits.SnapshotAgeBlocks;
    }

    /// <summary>Where it is bound.</summary>
    public IPEndPoint EndPoint => _server!.EndPoint;

    /// <summary>Binds, serves what lies there, and begins to make newer ones.</summary>
    /// <param name="config">The node's configuration, with an address to listen on.</param>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">The node's own providers.</param>
    /// <param name="atHead">The table of the head and its block; null while the mirror is behind.</param>
    /// <param name="note">Told, in one line, why none can be made.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<SnapshotShare> OpenAsync(
        NodeConfig config, MirrorOptions options, IReadOnlyList<IChainProvider> providers,
        Func<MirrorSnapshot?> atHead, Action<string> note, CancellationToken cancellation) =>
        OpenAsync(config, options, providers, atHead, note, null, cancellation);

    /// <summary>The same with one time between looks and after a making.</summary>
    internal static async Task<SnapshotShare> OpenAsync(
        NodeConfig config, MirrorOptions options, IReadOnlyList<IChainProvider> providers,
        Func<MirrorSnapshot?> atHead, Action<string> note, TimeSpan? pause, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(config);
        IPEndPoint listen = config.SnapshotListen
            ?? throw new ArgumentException("There is no address to listen on.", nameof(config));
        SnapshotShare share = new(config, options, providers, atHead, note);
        (share._look, share._pause) = (pause ?? share._look, pause ?? share._pause);
        share._server = await SnapshotServer.StartAsync(
            listen, share._path, options, HostLimits.SnapshotBytesPerSecondMax, cancellation)
            .ConfigureAwait(false);
        share._making = Task.Run(() => share.MakeAsync(share._stop.Token), CancellationToken.None);
        return share;
    }

    /// <summary>Stops serving and making.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _making.ConfigureAwait(false);
        if (_server is not null)
            await _server.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                bool isTried = await TryMakeAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(isTried ? _pause : _look, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Makes one if it is time. The table is taken when the one before grows old, and made when enough blocks
    /// lie on top of its block; that it is still on the chain is what the maker asks first.
    /// </summary>
    private async Task<bool> TryMakeAsync(CancellationToken cancellation)
    {
        if (_atHead() is not { } head)
            return false;
        if (_candidate is null && IsOld(head.BlockNumber))
            _candidate = head;
        if (_candidate is not { } candidate || head.BlockNumber < candidate.BlockNumber + _depth)
            return false;
        _candidate = null;
        string problem = await _maker.MakeAsync(candidate, cancellation).ConfigureAwait(false);
        if (problem.Length > 0 && problem != _problem)
            _note($"no newer snapshot for others: {problem}");
        _problem = problem;
        return true;
    }

    private bool IsOld(ulong head)
    {
        SharedSnapshotProblem problem = SharedSnapshotReader.TryOpen(
            _path, _options, out SharedSnapshotReader? reader);
        using (reader)
        {
            return problem != SharedSnapshotProblem.None || head < reader!.Header.BlockNumber
                || head - reader.Header.BlockNumber >= _age;
        }
    }
}
