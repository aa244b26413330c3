using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// The start of a node that has no table yet from a stranger's snapshot: fetched, proved, and kept as the
/// node's own. Whatever goes wrong, the node starts from the chain.
/// </summary>
public static class SnapshotStart
{
    /// <summary>Name of the snapshot that is given to others, in the state directory.</summary>
    public const string SharedName = "shared.snapshot";

    /// <summary>
    /// Tries each address in turn until one gives a snapshot that is proved; returns at once if the node has
    /// one of its own. Meanwhile the pages say that the node is not ready, and how far this is.
    /// </summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="sources">Addresses.</param>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">The node's own providers.</param>
    /// <param name="note">Told, in one line, how far it is and what went wrong.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Where the table began that the node now has on disk, if it has one.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<TableOrigin> RunAsync(
        NodeConfig config, IReadOnlyList<Uri> sources, MirrorOptions options,
        IReadOnlyList<IChainProvider> providers, Action<string> note, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0 || MirroredTables.HasSnapshot(config.StateDirectory))
            return TableOrigin.OwnSnapshot;
        string progress = "looking for a snapshot";
        await using StatusServer? pages = await OpenPagesAsync(
            config, () => Volatile.Read(ref progress), cancellation).ConfigureAwait(false);
        foreach (Uri source in sources.Take(HostLimits.SnapshotSourcesMax))
        {
            string problem = await TryAsync(
                config, source, options, providers, Tell, cancellation).ConfigureAwait(false);
            if (problem.Length == 0)
                return TableOrigin.StrangersSnapshot;
            note($"{source.Authority}: {problem}");
        }

        note("no snapshot is used; the table is read from the chain instead");
        return TableOrigin.OwnSnapshot;

        void Tell(string line)
        {
            Volatile.Write(ref progress, line);
            note(line);
        }
    }

    private static async Task<string> TryAsync(
        NodeConfig config, Uri source, MirrorOptions options, IReadOnlyList<IChainProvider> providers,
        Action<string> tell, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(config.StateDirectory);
            string path = Path.Combine(config.StateDirectory, SharedName);
            using SnapshotFetcher fetcher = new(options, providers, path, tell);
            byte[] secret = RandomNumberGenerator.GetBytes(MirrorRunner.RouteTrieSecretSize);
            (MirrorSnapshot? snapshot, string problem) = await fetcher
                .FetchAsync(source, secret, cancellation).ConfigureAwait(false);
            if (snapshot is null)
                return problem;
            MirroredTables.Keep(config.StateDirectory, options, snapshot);
            tell($"the snapshot of block {snapshot.BlockNumber} from {source.Authority} is proved");
            return string.Empty;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>The pages, if the port can be had; if not, the node itself will say so.</summary>
    private static async Task<StatusServer?> OpenPagesAsync(
        NodeConfig config, Func<string> progress, CancellationToken cancellation)
    {
        if (config.HttpPort == 0)
            return null;
        try
        {
            return await StatusServer.StartAsync(
                config.HttpPort, () => new NodeStatus { NodeId = config.NodeId, NotReady = progress() },
                cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
