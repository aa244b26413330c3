using Conet.Routing.Mirror;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Host.Node;

/// <summary>Makes the bucket that answers a prefix from the table as it is now.</summary>
internal delegate Task<MadeBucket> BucketMaking(AddressPrefix asked, CancellationToken cancellation);

/// <summary>What a store has to know of the table.</summary>
/// <param name="BlockNumber">Its block.</param>
/// <param name="Records">Routes in force.</param>
internal readonly record struct BucketTable(ulong BlockNumber, ulong Records);

/// <summary>
/// The buckets a node keeps, by the prefix that was asked for, cut to the length that suits the table: so
/// there are few to make, whatever is asked for. One is made at a time, so many wait, of each source prefix
/// its share. A bucket that is there is made again only when the table is so many blocks further; meanwhile
/// it serves on. What was used longest ago leaves first. Any thread; <see cref="RunAsync"/> once.
/// </summary>
/// <param name="table">The table now, or null.</param>
/// <param name="make">Makes one.</param>
/// <param name="note">Told why one could not be made, one line.</param>
/// <param name="time">Clock.</param>
internal sealed class BucketStore(
    Func<BucketTable?> table, BucketMaking make, Action<string> note, TimeProvider time) : IBucketStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressPrefix, KeptBucket> _kept = [];
    private readonly Queue<(AddressPrefix Asked, ulong Source)> _waiting = new();
    private readonly SemaphoreSlim _hasWork = new(0);
    private AddressPrefix? _making;
    private long _uses;
    private string _lastProblem = string.Empty;

    /// <summary>A store over a mirror's last good table.</summary>
    public static BucketStore Of(MirrorRunner runner, BucketMaker maker, Action<string> note) => new(
        () => runner.Snapshot is { } at
            ? new BucketTable(at.BlockNumber, (ulong)at.Table.LiveRoutes)
            : null,
        (asked, cancellation) => maker.MakeAsync(runner.Snapshot!, asked, cancellation),
        note,
        TimeProvider.System);

    /// <summary>What was made, kept and refused so far.</summary>
    public BucketCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return field with
                {
                    Kept = _kept.Count,
                    KeptBytes = _kept.Values.Sum(bucket => (long)bucket.Made.Content.Length),
                    Waiting = _waiting.Count,
                };
            }
        }

        private set;
    } = new();

    /// <inheritdoc/>
    public BucketStanding Ask(in AddressPrefix wanted, ulong source)
    {
        if (table() is not { } now)
            return new BucketStanding(BucketState.NotAvailable, 0, wanted, 0, 0, default, 0);
        ulong records = now.Records;
        AddressPrefix asked = wanted.Shorten(Math.Min(wanted.Bits, RouteBucket.BitsFor(records)));
        lock (_gate)
        {
            KeptBucket? kept = _kept.GetValueOrDefault(asked);
            bool isUsable = kept is not null && !IsOver(kept);
            if (isUsable)
                kept!.LastUse = ++_uses;
            if (isUsable && !IsBehind(kept!, now))
                return kept!.Standing(records);
            bool willBeMade = TryPlan(asked, source);
            if (isUsable)
                return kept!.Standing(records);
            BucketState state = willBeMade ? BucketState.BeingMade : BucketState.Busy;
            return new BucketStanding(state, records, asked, 0, 0, default, 0);
        }
    }

    /// <inheritdoc/>
    public bool TryGetContent(ReadOnlySpan<byte> contentId, out ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            foreach (KeptBucket bucket in _kept.Values)
            {
                if (!bucket.Has(contentId))
                    continue;
                bucket.LastUse = ++_uses;
                content = bucket.Made.Content;
                return true;
            }
        }

        content = default;
        return false;
    }

    /// <summary>Makes what was asked for until cancelled. Nothing a provider does ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await _hasWork.WaitAsync(cancellation).ConfigureAwait(false);
                if (TryBegin(out AddressPrefix asked))
                    Keep(asked, await MakeAsync(asked, cancellation).ConfigureAwait(false));
                lock (_gate)
                    _making = null;
                await Task.Delay(
                    TimeSpan.FromMilliseconds(HostLimits.BucketPauseMilliseconds), time, cancellation)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<MadeBucket> MakeAsync(AddressPrefix asked, CancellationToken cancellation)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(HostLimits.BucketSecondsMax));
        try
        {
            return await make(asked, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            string problem = $"the proofs did not come within {HostLimits.BucketSecondsMax} s";
            return new MadeBucket(BucketState.NotAvailable, asked, 0, 0, default, problem);
        }
    }

    private bool TryPlan(AddressPrefix asked, ulong source)
    {
        if (_making == asked || _waiting.Any(waiting => waiting.Asked == asked))
            return true;
        if (_waiting.Count >= HostLimits.BucketsWaitingMax
            || _waiting.Count(waiting => waiting.Source == source) >= HostLimits.BucketsWaitingPerPrefix)
            return false;
        _waiting.Enqueue((asked, source));
        _hasWork.Release();
        return true;
    }

    private bool TryBegin(out AddressPrefix asked)
    {
        lock (_gate)
        {
            bool isThere = _waiting.TryDequeue(out (AddressPrefix Asked, ulong Source) next);
            asked = next.Asked;
            _making = isThere ? asked : null;
            return isThere;
        }
    }

    private void Keep(in AddressPrefix asked, MadeBucket made)
    {
        bool isReady = made.State == BucketState.Ready;
        KeptBucket bucket = new(made, time.GetTimestamp());
        lock (_gate)
        {
            Counts = Counts with
            {
                Made = Counts.Made + (isReady ? 1 : 0),
                Failed = Counts.Failed + (made.State == BucketState.NotAvailable ? 1 : 0),
            };

            // A bucket that could be made before serves on when it cannot be made again.
            if (made.State != BucketState.NotAvailable
                || !_kept.TryGetValue(asked, out KeptBucket? before) || IsOver(before))
            {
                bucket.LastUse = ++_uses;
                _kept[asked] = bucket;
            }

            while (_kept.Count > HostLimits.BucketsKeptMax
                || _kept.Values.Sum(kept => (long)kept.Made.Content.Length) > HostLimits.BucketBytesKeptMax)
                _kept.Remove(_kept.MinBy(kept => kept.Value.LastUse).Key);
        }

        if (made.Problem.Length > 0 && made.Problem != _lastProblem)
            note($"a prefix bucket could not be made: {made.Problem}");
        _lastProblem = made.Problem;
    }

    private bool IsOver(KeptBucket bucket)
    {
        double seconds = time.GetElapsedTime(bucket.MadeAt).TotalSeconds;
        return seconds > (bucket.Made.State == BucketState.Ready
            ? HostLimits.BucketServedSecondsMax
            : HostLimits.BucketFailureSeconds);
    }

    private static bool IsBehind(KeptBucket bucket, BucketTable now) =>
        now.BlockNumber > bucket.Made.BlockNumber + HostLimits.BucketRefreshBlocks
        || now.BlockNumber < bucket.Made.BlockNumber;
}
