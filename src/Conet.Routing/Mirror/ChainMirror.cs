using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// Turns a chain into a routing table: a state machine without I/O. Ask it what to fetch (<see
/// cref="Next"/>), fetch it from the provider it names, feed the answer. It back-fills by ranges, follows the
/// head block by block, walks back to the common ancestor when a parent hash does not fit, and publishes a
/// table only after the registries' own rolling hashes at that block agree with what it applied. A provider
/// that is absent, slow, wrong or on another chain is put aside for a while and the next one is asked;
/// meanwhile the last good table serves. One thread; <see cref="Table"/> may be read by any. Source:
/// docs/SPEC.md, section 11.3.
/// </summary>
public sealed class ChainMirror
{
    private readonly MirrorOptions _options;
    private readonly RouteTable _empty;
    private readonly MirrorProvider[] _providers;
    private readonly List<MirroredBlock> _blocks = [];
    private MirroredBlock? _base;
    private RouteTable _table;
    private MirrorRequest? _request;
    private BlockHeader? _pending;
    private int _provider;
    private ulong _head;
    private ulong _range = MirrorLimits.RangeBlocksStart;
    private ulong _rangeEnd;
    private ulong _nextPollMs;
    private int _shorterHeads;
    private int _trusted;
    private int _undoneInRow;
    private ulong _furthest;
    private bool _tipIsFresh;
    private bool _hasHead;

    /// <summary>Starts at the deployment, or at a snapshot.</summary>
    /// <param name="options">What to follow.</param>
    /// <param name="providerCount">Providers, 1 or more; the machine knows them by index.</param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="snapshot">A table to start from, or null. It serves at once and is checked against the
    /// chain.</param>
    public ChainMirror(
        MirrorOptions options, int providerCount, ReadOnlySpan<byte> tableSecret,
        MirrorSnapshot? snapshot = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(providerCount, 1);
        _options = options;
        _empty = RouteTable.Create(tableSecret);
        _table = snapshot?.Table ?? _empty;
        _providers = [.. Enumerable.Range(0, providerCount).Select(index => new MirrorProvider(index))];
        if (snapshot is null)
            return;
        _base = new MirroredBlock(snapshot.BlockNumber, snapshot.BlockHash, snapshot.Table);
        _blocks.Add(_base.Value);
        _trusted = 1;
        VerifiedBlock = snapshot.BlockNumber;
        VerifiedHash = snapshot.BlockHash;
        Origin = snapshot.Origin;
    }

    /// <summary>The last good table: complete and in order as far as the providers tell.</summary>
    public RouteTable Table => Volatile.Read(ref _table);

    /// <summary>Block of <see cref="Table"/>; 0 before the first.</summary>
    public ulong VerifiedBlock { get; private set; }

    /// <summary>Hash of that block.</summary>
    public Bytes32 VerifiedHash { get; private set; }

    /// <summary>Head as the current provider says.</summary>
    public ulong HeadBlock => _head;

    /// <summary>True once a table was verified at the head.</summary>
    public bool IsAtHead => _hasHead && VerifiedBlock == _head && Tip is { } tip && tip.Hash == VerifiedHash;

    /// <summary>
    /// Milliseconds since 1970 at which the table was last found to be that of the head; 0 for never.
    /// </summary>
    public ulong CheckedMs { get; private set; }

    /// <summary>Blocks that were undone because their parents did not fit.</summary>
    public long BlocksUndone { get; private set; }

    /// <summary>Where the table that serves began.</summary>
    public TableOrigin Origin { get; private set; }

    /// <summary>What is thought of each provider.</summary>
    public IReadOnlyList<MirrorProvider> Providers => _providers;

    private MirroredBlock? Tip => _blocks.Count > 0 ? _blocks[^1] : null;

    private ulong NextNumber => Tip is { } tip ? tip.Number + 1 : _options.StartBlock;

    /// <summary>
    /// What to fetch now, and from whom. False if nothing is to be done before <paramref name="waitMs"/> have
    /// passed. Ask again only after the answer or the failure was fed.
    /// </summary>
    public bool Next(ulong nowMs, out MirrorRequest request, out int provider, out ulong waitMs)
    {
        request = null!;
        waitMs = 0;
        if (Tip is { } tip && tip.Table.Routes.IsDamaged)
            BeginAnew();
        if (!TryChooseProvider(nowMs, out provider, out waitMs))
            return false;
        if (!_providers[provider].IsKnown)
            _request = new MirrorRequest.ChainId();
        else if (_request is null && nowMs < _nextPollMs)
        {
            waitMs = _nextPollMs - nowMs;
            return false;
        }
        else
            _request ??= new MirrorRequest.Head();

        request = _request;
        return true;
    }

    /// <summary>Answer to <see cref="MirrorRequest.ChainId"/>.</summary>
    public void OnChainId(ulong chainId, ulong nowMs)
    {
        if (chainId != _options.ChainId)
        {
            OnFailure(
                $"is on chain {chainId}, not {_options.ChainId}", nowMs, breakMs: MirrorLimits.BreakMaxMs);
            return;
        }

        _providers[_provider].IsKnown = true;
        Used();
        _request = null;
        _nextPollMs = 0;
    }

    /// <summary>Answer to <see cref="MirrorRequest.Head"/>.</summary>
    public void OnHead(ulong number, ulong nowMs)
    {
        Used();
        _tipIsFresh = false;
        _head = number;
        _hasHead = true;
        if (Tip is { } tip && number <= tip.Number)
        {
            // The same head, one in its place, a shorter chain, or a provider that lags: look at
            // the block it has.
            _shorterHeads = number < tip.Number ? _shorterHeads + 1 : 0;
            _request = number < _options.StartBlock ? Idle(nowMs) : new MirrorRequest.Header(number);
            return;
        }

        _shorterHeads = 0;

        Continue(nowMs);
    }

    /// <summary>
    /// Answer to <see cref="MirrorRequest.Header"/>; null if the provider does not have the block.
    /// </summary>
    public void OnHeader(BlockHeader? header, ulong nowMs)
    {
        ulong asked = ((MirrorRequest.Header)_request!).Number;
        if (header is null || header.Number != asked)
        {
            OnFailure($"does not have block {asked}", nowMs);
            return;
        }

        if (_undoneInRow > MirrorLimits.UndoneInRowMax)
        {
            OnWrongContent("keeps giving blocks that do not follow each other", nowMs);
            return;
        }

        Used();
        if (Tip is { } tip && asked <= tip.Number)
        {
            OnKnownNumber(header, nowMs);
            return;
        }

        if (Tip is { } parent && header.Number == parent.Number + 1 && header.ParentHash != parent.Hash)
        {
            UndoTip();
            _request = Tip is { } ancestor ? new MirrorRequest.Header(ancestor.Number) : null;
            if (_request is null)
                Continue(nowMs);
            return;
        }

        _pending = header;
        _request = asked == NextNumber
            ? new MirrorRequest.BlockLogs(header)
            : new MirrorRequest.RangeLogs(NextNumber, asked);
    }

    /// <summary>
    /// Answer to <see cref="MirrorRequest.RangeLogs"/> and <see cref="MirrorRequest.BlockLogs"/>.
    /// </summary>
    /// <param name="logs">In order of block and index; only of the two registries.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public void OnLogs(IReadOnlyList<LogEntry> logs, ulong nowMs)
    {
        BlockHeader block = _pending!;
        ulong from = NextNumber;
        RouteTableBuilder builder = (Tip?.Table ?? _base?.Table ?? _empty).ToBuilder();
        foreach (LogEntry log in logs)
        {
            bool isOurs = log.Address == _options.NodeRegistry || log.Address == _options.RouteRegistry;
            bool isInRange = log.BlockNumber >= from && log.BlockNumber <= block.Number;
            bool isInBlock = log.BlockNumber != block.Number || log.BlockHash == block.Hash;
            if (!isOurs || !isInRange || !isInBlock || !MatchesRegistry(log) || !builder.TryApply(log))
            {
                OnWrongContent($"gave logs that do not follow each other up to block {block.Number}", nowMs);
                return;
            }
        }

        builder.SetTime(block.TimestampSeconds);
        bool isRange = block.Number > from;
        _blocks.Add(new MirroredBlock(block.Number, block.Hash, builder.Build()));
        if (_blocks.Count > MirrorLimits.UndoBlocksMax)
        {
            _blocks.RemoveAt(0);
            _trusted = Math.Max(0, _trusted - 1);
        }

        if (isRange && (ulong)logs.Count < MirrorLimits.LogsPerAnswerMax / 8)
            _range = Math.Min(2 * _range, MirrorLimits.RangeBlocksMax);
        Used();
        _tipIsFresh = true;
        _pending = null;
        if (isRange || block.Number >= _head)
            _request = new MirrorRequest.Positions(block);
        else
            Continue(nowMs);
    }

    /// <summary>
    /// Answer to <see cref="MirrorRequest.Positions"/>: what the registries themselves say at that block.
    /// </summary>
    public void OnPositions(RegistryPosition nodes, RegistryPosition routes, ulong nowMs)
    {
        MirroredBlock tip = _blocks[^1];
        if (tip.Table.NodePosition != nodes || tip.Table.RoutePosition != routes)
        {
            OnWrongContent($"left out or changed events up to block {tip.Number}", nowMs);
            return;
        }

        Used();
        if (tip.Number >= VerifiedBlock || tip.Number >= _head)
        {
            // After a new beginning the table that serves is better than one of long ago.
            if (_base is null)
                Origin = TableOrigin.Chain;
            Volatile.Write(ref _table, tip.Table);
            VerifiedBlock = tip.Number;
            VerifiedHash = tip.Hash;
        }

        _trusted = _blocks.Count;
        if (tip.Number > _furthest || tip.Number >= _head)
        {
            // Only what leads on counts: a provider can lead to the same block again and again.
            _undoneInRow = 0;
            _furthest = tip.Number;
        }

        Continue(nowMs);
    }

    /// <summary>
    /// The provider did not answer, or not in a way that can be used. One line says what it did.
    /// </summary>
    public void OnFailure(string problem, ulong nowMs, ulong breakMs = 0)
    {
        // What this provider said is undone back to what was verified, so that the next one
        // does not inherit it.
        while (_blocks.Count > _trusted)
            UndoTip();
        _undoneInRow = 0;
        _furthest = 0;
        MirrorProvider provider = _providers[_provider];
        provider.LastProblem = problem;
        provider.Failures++;
        int doublings = Math.Min(provider.Failures - 1, 6);
        ulong pauseMs = Math.Max(
            breakMs, Math.Min(MirrorLimits.BreakStartMs << doublings, MirrorLimits.BreakMaxMs));
        provider.NotBeforeMs = nowMs + pauseMs;
        provider.IsKnown = false;
        _request = null;
        _pending = null;
        _nextPollMs = 0;
    }

    /// <summary>
    /// The provider refused a range as too large: it is asked for a smaller one, at last for a single block.
    /// </summary>
    public void OnRangeRefused(string problem, ulong nowMs)
    {
        ulong asked = _rangeEnd - NextNumber + 1;
        if (asked <= 1)
        {
            OnFailure(problem, nowMs);
            return;
        }

        _range = Math.Max(1, asked / 2);
        _pending = null;
        Continue(nowMs);
    }

    private static bool IsNodeEvent(LogEntry log) =>
        log.Topics.Length > 0 && log.Topics[0] == NodeChanged.Topic;

    private bool MatchesRegistry(LogEntry log) =>
        log.Address == (IsNodeEvent(log) ? _options.NodeRegistry : _options.RouteRegistry);

    private void OnKnownNumber(BlockHeader header, ulong nowMs)
    {
        int index = _blocks.FindIndex(block => block.Number == header.Number);
        if (index >= 0 && _blocks[index].Hash == header.Hash)
        {
            _tipIsFresh = index == _blocks.Count - 1;
            if (header.Number < _head)
            {
                Continue(nowMs);
                return;
            }

            OnHeadThatIsKnown(header, nowMs);
            return;
        }

        while (_blocks.Count > 0 && _blocks[^1].Number >= header.Number)
            UndoTip();
        _request = Tip is { } tip ? new MirrorRequest.Header(tip.Number) : null;
        if (_request is null)
            Continue(nowMs);
    }

    /// <summary>
    /// The provider's head is a block we have: nothing is new, or it lags, or the chain became shorter. It is
    /// believed to be shorter only when the provider says so several times in a row.
    /// </summary>
    private void OnHeadThatIsKnown(BlockHeader header, ulong nowMs)
    {
        if (_shorterHeads >= MirrorLimits.ShorterHeadsBelieved)
        {
            _shorterHeads = 0;
            while (Tip is { } tip && tip.Number > header.Number)
                UndoTip();
            _request = new MirrorRequest.Positions(header);
            return;
        }

        if (Tip is { } same && same.Number == header.Number)
        {
            if (VerifiedHash != same.Hash)
            {
                _request = new MirrorRequest.Positions(header);
                return;
            }

            CheckedMs = nowMs;
        }

        _request = Idle(nowMs);
    }

    /// <summary>
    /// The file that the table came from can no longer be read: the table serves, and is made anew from the
    /// chain.
    /// </summary>
    private void BeginAnew()
    {
        _blocks.Clear();
        _base = null;
        _trusted = 0;
        _request = null;
        _pending = null;
        _tipIsFresh = false;
        _nextPollMs = 0;
    }

    private void UndoTip()
    {
        _blocks.RemoveAt(_blocks.Count - 1);
        _trusted = Math.Min(_trusted, _blocks.Count);
        BlocksUndone++;
        _undoneInRow++;
        if (_blocks.Count > 0)
            return;
        _base = null; // deeper than what is kept: begin at the deployment again, the last good table serves
        _undoneInRow += MirrorLimits.UndoBlocksMax; // a beginning costs so much that a few are enough
    }

    private void OnWrongContent(string problem, ulong nowMs) =>
        OnFailure(problem, nowMs, breakMs: 8 * MirrorLimits.BreakStartMs);

    private void Continue(ulong nowMs)
    {
        ulong next = NextNumber;
        if (next > _head)
        {
            if (Tip is { } tip && VerifiedHash != tip.Hash)
            {
                _request = new MirrorRequest.Header(tip.Number);
                return;
            }

            CheckedMs = nowMs;
            _request = Idle(nowMs);
            return;
        }

        ulong margin = _head > MirrorLimits.BackfillMarginBlocks
            ? _head - MirrorLimits.BackfillMarginBlocks
            : 0;
        _rangeEnd = next < margin ? Math.Min(margin, next + _range - 1) : next;

        // One block is joined by its parent hash; before a range the tip itself must be looked at again.
        bool looksAtTip = _rangeEnd > next && !_tipIsFresh && Tip is not null;
        _request = new MirrorRequest.Header(looksAtTip ? Tip!.Value.Number : _rangeEnd);
    }

    private MirrorRequest? Idle(ulong nowMs)
    {
        _nextPollMs = nowMs + MirrorLimits.PollMs;
        return null;
    }

    private void Used()
    {
        MirrorProvider provider = _providers[_provider];
        provider.Answers++;
        provider.Failures = 0;
    }

    /// <summary>
    /// Stays with a provider while it is good; else the one that may be asked and failed least.
    /// </summary>
    private bool TryChooseProvider(ulong nowMs, out int provider, out ulong waitMs)
    {
        provider = _provider;
        waitMs = 0;
        if (_providers[_provider].NotBeforeMs <= nowMs && _providers[_provider].Failures == 0)
            return true;
        MirrorProvider? best = _providers
            .Where(candidate => candidate.NotBeforeMs <= nowMs)
            .OrderBy(candidate => candidate.Failures)
            .ThenBy(candidate => (candidate.Index - _provider + _providers.Length) % _providers.Length)
            .FirstOrDefault();
        if (best is null)
        {
            waitMs = _providers.Min(candidate => candidate.NotBeforeMs) - nowMs;
            return false;
        }

        if (best.Index != _provider)
        {
            _provider = best.Index;
            _tipIsFresh = false;
            _request = null;
            _pending = null;
            _nextPollMs = 0;
        }

        provider = _provider;
        return true;
    }
}
