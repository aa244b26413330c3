using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Host.Node;

/// <summary>
/// When a node saves its table: soon after events came, but so seldom that a large table does not wear the
/// disk out. What is lost by a crash is fetched from the chain again. No clock of its own; one thread.
/// </summary>
internal sealed class SnapshotSchedule
{
    private State? _saved;
    private long _savedMs;

    /// <param name="saved">What the file holds at first; null for none.</param>
    /// <param name="nowMs">Any clock that only goes forward.</param>
    public SnapshotSchedule(MirrorSnapshot? saved, long nowMs)
    {
        _saved = saved is null ? null : State.Of(saved);
        _savedMs = nowMs;
    }

    /// <summary>Whether to save now.</summary>
    public bool IsDue(MirrorSnapshot snapshot, long nowMs) =>
        HasChanged(snapshot) && nowMs - _savedMs >= PauseMs(snapshot.Table);

    /// <summary>Whether to save before the process ends.</summary>
    public bool IsDueAtEnd(MirrorSnapshot snapshot) =>
        HasChanged(snapshot)
        || (snapshot.BlockHash != _saved?.BlockHash
            && SnapshotFile.EstimateSize(snapshot.Table) <= HostLimits.SnapshotSmallBytes);

    /// <summary>It was saved.</summary>
    public void OnSaved(MirrorSnapshot snapshot, long nowMs)
    {
        _saved = State.Of(snapshot);
        _savedMs = nowMs;
    }

    /// <summary>How long the last saving must be over before this table is saved.</summary>
    private static long PauseMs(RouteTable table) => Math.Max(
        HostLimits.SnapshotSaveSeconds * 1000L,
        SnapshotFile.EstimateSize(table) * 1000L / HostLimits.SnapshotBytesPerSecond);

    /// <summary>
    /// Whether an event came or went; blocks without events are fetched again at little cost.
    /// </summary>
    private bool HasChanged(MirrorSnapshot snapshot) =>
        _saved is not { } saved || saved with { BlockHash = snapshot.BlockHash } != State.Of(snapshot);

    /// <summary>What tells two tables apart, without keeping either.</summary>
    private readonly record struct State(Bytes32 BlockHash, RegistryPosition Nodes, RegistryPosition Routes)
    {
        public static State Of(MirrorSnapshot snapshot) =>
            new(snapshot.BlockHash, snapshot.Table.NodePosition, snapshot.Table.RoutePosition);
    }
}
