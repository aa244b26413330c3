using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// Proves a stranger's snapshot: rebuilds the storage trie of both registries from its words and compares the
/// roots with the proved ones. So each word in it is what the registries hold, and none is missing. What is
/// not proved: signatures of routes, which clients check at use.
/// </summary>
public static class SharedSnapshotProof
{
    /// <summary>
    /// Proves a snapshot and makes the table of it. Takes all cores, at a low priority.
    /// </summary>
    /// <param name="reader">The snapshot.</param>
    /// <param name="proved">What the providers prove of its block.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="progress">Told, on any thread, which part is done, from 0 to 1.</param>
    /// <param name="snapshot">The table to start a mirror from, or null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SharedSnapshotProblem TryProve(
        SharedSnapshotReader reader, ProvedRegistries proved, ReadOnlySpan<byte> tableSecret,
        Action<double> progress, out MirrorSnapshot? snapshot, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(proved);
        snapshot = null;
        SharedSnapshotProblem problem = Check(
            reader, proved, new StorageTrieOptions { Progress = progress }, cancellation);
        return problem == SharedSnapshotProblem.None
            ? SharedSnapshotTable.TryRead(reader, proved.Block, tableSecret, out snapshot, cancellation)
            : problem;
    }

    /// <summary>The proof alone.</summary>
    internal static SharedSnapshotProblem Check(
        SharedSnapshotReader reader, ProvedRegistries proved, StorageTrieOptions options,
        CancellationToken cancellation)
    {
        SharedSnapshotProblem problem = reader.Header.Check(proved);
        if (problem != SharedSnapshotProblem.None)
            return problem;
        using SharedSnapshotWords nodes = SharedSnapshotWords.OfNodes(reader);
        using SharedSnapshotWords routes = SharedSnapshotWords.OfRoutes(reader);
        double nodeShare = nodes.WordsMax / (double)(nodes.WordsMax + routes.WordsMax);
        problem = Check(
            nodes, proved.NodeStorageRoot, SharedSnapshotProblem.NodesNotProved,
            options with { Progress = done => options.Progress(done * nodeShare) }, cancellation);
        return problem != SharedSnapshotProblem.None ? problem : Check(
            routes, proved.RouteStorageRoot, SharedSnapshotProblem.RoutesNotProved,
            options with { Progress = done => options.Progress(nodeShare + (done * (1 - nodeShare))) },
            cancellation);
    }

    private static SharedSnapshotProblem Check(
        SharedSnapshotWords words, in Bytes32 root, SharedSnapshotProblem otherRoot,
        StorageTrieOptions options, CancellationToken cancellation)
    {
        bool isTrie = StorageTrieRoot.TryCompute(words, options, out Bytes32 rebuilt, cancellation);
        if (words.Problem != SharedSnapshotProblem.None)
            return words.Problem;
        return isTrie && rebuilt == root ? SharedSnapshotProblem.None : otherRoot;
    }
}
