using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Makes the snapshot that a node gives to strangers: the words that follow from its table, and those that do
/// not (nonces, times at which bonds become free, former keys and signers) from its providers or from the
/// snapshot it made before. What it makes is proved as a stranger would prove it before it takes the place of
/// the one before. One call at a time.
/// </summary>
public sealed class SharedSnapshotMaker
{
    private readonly MirrorOptions _options;
    private readonly IReadOnlyList<IChainProvider> _providers;
    private readonly string _path;

    /// <summary>A maker of one file.</summary>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">One or more, in order of preference.</param>
    /// <param name="path">The file; replaced whole.</param>
    public SharedSnapshotMaker(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, string path)
    {
        ArgumentNullException.ThrowIfNull(providers);
        ArgumentOutOfRangeException.ThrowIfZero(providers.Count);
        _options = options;
        _providers = providers;
        _path = path;
    }

    /// <summary>Makes the snapshot of a table.</summary>
    /// <param name="snapshot">The table and its block, whose state the providers must still have.</param>
    /// <param name="cancellation">Ends it; the file before stays.</param>
    /// <returns>Empty when it was made; else the reason in one line, and the file before stays.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<string> MakeAsync(MirrorSnapshot snapshot, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        (ProvedRegistries? proved, string problem) = await ProvedRegistries.AskAsync(
            _options, _providers, snapshot.BlockNumber, snapshot.BlockHash, cancellation)
            .ConfigureAwait(false);
        if (proved is null)
            return problem;
        string beside = _path + ".tmp";
        try
        {
            using SharedSnapshotReader? earlier = OpenEarlier();
            foreach (SharedSnapshotPlan plan in Plans(earlier))
            {
                problem = await MakeAsync(beside, snapshot, proved, plan, cancellation).ConfigureAwait(false);
                if (problem.Length > 0)
                    continue;
                File.Move(beside, _path, overwrite: true);
                return string.Empty;
            }

            return problem;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return $"{_path} cannot be written: {e.Message}";
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private bool IsDevelopmentChain => _options.ChainId is 1337 or 31337;

    private SharedSnapshotReader? OpenEarlier()
    {
        SharedSnapshotReader.TryOpen(_path, _options, out SharedSnapshotReader? earlier);
        return earlier;
    }

    /// <summary>Ways to make it, each tried when the one before did not give the proved roots.</summary>
    private IEnumerable<SharedSnapshotPlan> Plans(SharedSnapshotReader? earlier)
    {
        bool hadZeros = earlier?.Header.Records(SharedSnapshotPart.RouteWords) > 0;
        bool[] zeros = !IsDevelopmentChain ? [false] : hadZeros ? [true, false] : [false, true];
        foreach (IChainProvider provider in _providers)
        {
            foreach (SharedSnapshotReader? known in earlier is null ? [null] : new[] { earlier, null })
            {
                foreach (bool keepsZeros in zeros)
                    yield return new SharedSnapshotPlan(provider, known, keepsZeros);
            }
        }
    }

    private async Task<string> MakeAsync(
        string path, MirrorSnapshot snapshot, ProvedRegistries proved, SharedSnapshotPlan plan,
        CancellationToken cancellation)
    {
        SharedSnapshotGathering gathering = new(_options, snapshot, plan);
        FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        await using (file.ConfigureAwait(false))
        {
            string problem = await gathering.WriteAsync(file, cancellation).ConfigureAwait(false);
            if (problem.Length > 0)
                return $"{plan.Provider.Name}: {problem}";
            file.Flush(flushToDisk: true);
        }

        SharedSnapshotProblem refused = SharedSnapshotReader.TryOpen(
            path, _options, out SharedSnapshotReader? reader);
        if (reader is not null)
        {
            using (reader)
            {
                refused = await Task.Run(
                    () => SharedSnapshotProof.Check(reader, proved, new StorageTrieOptions(), cancellation),
                    cancellation).ConfigureAwait(false);
            }
        }

        return refused == SharedSnapshotProblem.None
            ? string.Empty
            : $"the snapshot of block {snapshot.BlockNumber} is not what the chain holds ({refused}); "
                + $"its words came from {plan.Provider.Name}";
    }
}
