using Conet.Routing.Mirror;
using Conet.Routing.Tables;

namespace Conet.Host.Node;

/// <summary>
/// A node's own snapshot file: read at the start, written when <see cref="SnapshotSchedule"/> says so. What
/// goes wrong is said in one line, once, and tried again. One thread at a time.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="options">Chain and registries.</param>
/// <param name="key">32 secret bytes of this node.</param>
/// <param name="note">Told what goes wrong.</param>
internal sealed class SnapshotKeeper(string path, MirrorOptions options, byte[] key, Action<string> note)
{
    private SnapshotSchedule? _schedule;
    private string? _lastFault;
    private bool _isDamageKnown;

    /// <summary>
    /// Removes what a killed process left, and reads the file; null if there is none that can be used.
    /// </summary>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="nowMs">Any clock that only goes forward.</param>
    public MirrorSnapshot? Read(ReadOnlySpan<byte> tableSecret, long nowMs)
    {
        try
        {
            SnapshotFile.RemoveLeftovers(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            note($"what a killed process left beside {path} cannot be removed: {fault.Message}");
        }

        SnapshotProblem problem =
            SnapshotFile.TryRead(path, options, key, tableSecret, out MirrorSnapshot? snapshot);
        if (problem is not (SnapshotProblem.None or SnapshotProblem.Missing))
            note($"{path} is not used ({problem}); the table is read from the chain instead");
        _schedule = new SnapshotSchedule(snapshot, nowMs);
        if (snapshot is not null && SnapshotFile.EstimateSize(snapshot.Table) > HostLimits.SnapshotSmallBytes)
        {
            // Loading leaves as much behind as it made; given back before there is work, it is a short pause.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        return snapshot;
    }

    /// <summary>Writes the file if it is time to; to be called after <see cref="Read"/>.</summary>
    /// <param name="serving">The table that serves.</param>
    /// <param name="snapshot">What can be written; null for nothing yet.</param>
    /// <param name="isEnding">Whether the process is about to end.</param>
    /// <param name="nowMs">The clock of <see cref="Read"/>.</param>
    public void Save(RouteTable serving, MirrorSnapshot? snapshot, bool isEnding, long nowMs)
    {
        bool isDamaged = serving.Routes.IsDamaged;
        if (isDamaged && !_isDamageKnown)
            note($"{path} can no longer be read as it was written; "
                + "routes are served, and the table is read from the chain anew");
        _isDamageKnown = isDamaged;
        if (isDamaged || snapshot is null)
            return;
        bool isDue = isEnding ? _schedule!.IsDueAtEnd(snapshot) : _schedule!.IsDue(snapshot, nowMs);
        if (isDue && TryWrite(snapshot))
            _schedule.OnSaved(snapshot, nowMs);
    }

    private bool TryWrite(MirrorSnapshot snapshot)
    {
        try
        {
            SnapshotFile.Write(path, snapshot, options, key);
            _lastFault = null;
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (fault.Message != _lastFault)
                note($"{path} cannot be written, the file there stays: {fault.Message}");
            _lastFault = fault.Message;
            return false;
        }
    }
}
