using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// A node's tables, mirrored from the chain. Starts from the node's own snapshot if there is a good one, and
/// saves one from time to time. Reading is safe on any thread.
/// </summary>
public sealed class MirroredTables : INodeTables<MirrorHomes>
{
    private const string SnapshotName = "routes.snapshot";
    private const string KeyName = "routes.key";

    private readonly MirrorRunner _runner;
    private readonly SnapshotKeeper _keeper;
    private readonly bool _startedFromSnapshot;
    private readonly BucketStore _buckets;
    private IReadOnlyList<NodePeer> _nodes = [];
    private RegistryPosition _nodesAt;

    private MirroredTables(
        MirrorRunner runner, SnapshotKeeper keeper, bool startedFromSnapshot, BucketStore buckets)
    {
        _buckets = buckets;
        _runner = runner;
        _keeper = keeper;
        _startedFromSnapshot = startedFromSnapshot;
        TakeNodes(runner.Table);
        runner.TableChanged += TakeNodes;
    }

    /// <inheritdoc/>
    public MirrorHomes Homes => new(_runner);

    /// <summary>The table of the head and its block; null while the mirror is behind.</summary>
    public MirrorSnapshot? SnapshotAtHead => _runner.Status.IsAtHead ? _runner.Snapshot : null;

    /// <inheritdoc/>
    public IReadOnlyList<NodePeer> Nodes => Volatile.Read(ref _nodes);

    /// <inheritdoc/>
    public IRouteList? RouteList =>
        _startedFromSnapshot || _runner.Status.Block != 0 ? new RouteTableList(_runner.Table) : null;

    /// <inheritdoc/>
    public IBucketStore Buckets => _buckets;

    /// <inheritdoc/>
    public BucketCounts BucketCounts => _buckets.Counts;

    /// <inheritdoc/>
    public TableStatus Status
    {
        get
        {
            MirrorStatus mirror = _runner.Status;
            TableStatus status = TableStatus.Of(
                mirror, Nodes.Count, _startedFromSnapshot || mirror.Block != 0);
            return _runner.Table.Routes.IsDamaged
                ? status with { Problem = "the snapshot that the table came from can no longer be read" }
                : status;
        }
    }

    /// <summary>Opens the tables; nothing is asked of the chain yet.</summary>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">One or more, in order of preference; the tables do not dispose them.</param>
    /// <param name="stateDirectory">Where the snapshot and its key lie; made if it is absent.</param>
    /// <param name="note">Told, in one line, of a snapshot that could not be used or written.</param>
    /// <param name="origin">Where the table in the snapshot there began.</param>
    /// <exception cref="IOException">The directory cannot be made or the key cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static MirroredTables Open(
        MirrorOptions options,
        IReadOnlyList<IChainProvider> providers,
        string stateDirectory,
        Action<string> note,
        TableOrigin origin = TableOrigin.OwnSnapshot)
    {
        ArgumentNullException.ThrowIfNull(note);
        Directory.CreateDirectory(stateDirectory);
        byte[] key = ReadOrMakeKey(Path.Combine(stateDirectory, KeyName));
        SnapshotKeeper keeper = new(Path.Combine(stateDirectory, SnapshotName), options, key, note);
        byte[] secret = RandomNumberGenerator.GetBytes(MirrorRunner.RouteTrieSecretSize);
        MirrorSnapshot? snapshot = keeper.Read(secret, Environment.TickCount64) is { } read
            ? read with { Origin = origin }
            : null;
        MirrorRunner runner = new(options, providers, snapshot);
        runner.Noted += note;
        BucketStore buckets = BucketStore.Of(runner, new BucketMaker(options, providers), note);
        return new MirroredTables(runner, keeper, snapshot is not null, buckets);
    }

    /// <summary>Whether there is a snapshot of this node's own to start from.</summary>
    public static bool HasSnapshot(string stateDirectory) =>
        File.Exists(Path.Combine(stateDirectory, SnapshotName));

    /// <summary>Keeps a table as this node's own snapshot, for <see cref="Open"/> to start from.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Keep(string stateDirectory, MirrorOptions options, MirrorSnapshot snapshot)
    {
        Directory.CreateDirectory(stateDirectory);
        byte[] key = ReadOrMakeKey(Path.Combine(stateDirectory, KeyName));
        SnapshotFile.Write(Path.Combine(stateDirectory, SnapshotName), snapshot, options, key);
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task saving = SaveAsync(ending.Token);
        Task making = _buckets.RunAsync(ending.Token);
        try
        {
            await _runner.RunAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await saving.ConfigureAwait(false);
            await making.ConfigureAwait(false);
        }
    }

    private static byte[] ReadOrMakeKey(string path)
    {
        if (SecretFile.TryReadKey(path, out byte[]? known, out _))
            return known!;
        byte[] key = RandomNumberGenerator.GetBytes(SnapshotFile.KeySize);
        string aside = path + ".tmp";
        FileStreamOptions file = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(aside, file))
            writer.WriteLine(Convert.ToHexStringLower(key));
        File.Move(aside, path, overwrite: true);
        return key;
    }

    private void TakeNodes(RouteTable table)
    {
        if (table.NodePosition == _nodesAt)
            return;
        _nodesAt = table.NodePosition;
        IReadOnlyList<NodePeer> nodes =
        [
            .. table.Nodes
                .Where(entry => entry.Value.Node.State is NodeState.Active or NodeState.Draining)
                .Take(HostLimits.NodesMax)
                .Select(entry => ToPeer(entry.Key, entry.Value.Node)),
        ];
        Volatile.Write(ref _nodes, nodes);
    }

    private static NodePeer ToPeer(uint id, in NodeRecord node) =>
        new(new NodeId(id), node.Signer, node.SealKey.ToArray(), UdpEndpoint.From(node.NodeEndPoint));

    private async Task SaveAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(HostLimits.SnapshotSaveSeconds), cancellation)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The last table is saved on the way out.
            }

            _keeper.Save(
                _runner.Table, _runner.Snapshot, cancellation.IsCancellationRequested,
                Environment.TickCount64);
        }
    }
}
