using System.Numerics;
using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// The decisions of a <see cref="ChainMirror"/>: which block to follow to, how to get there, what to undo,
/// whom to blame, and when a table is good enough to serve. One thread.
/// </summary>
internal sealed class MirrorPlan
{
    private readonly MirrorOptions _options;
    private readonly ProviderPanel _panel;
    private readonly OpenQuestion _question;
    private readonly BlockVotes _votes;
    private readonly CallVotes _callVotes;
    private readonly MirroredChain _chain;
    private readonly AncestorWalk _walk;

    private ulong _nextPollMs;
    private ulong _headsMs;
    private ulong _targetBy;
    private bool _isVoteConfirmed;
    private int _shorterHeads;
    private BlockHeader? _checked;
    private LogStep? _step;
    private bool _tipIsFresh;
    private bool _onlyOneSource;
    private bool _isBaseUntested;
    private TableOrigin _chainOrigin;
    private MirrorSnapshot? _offered;

    public MirrorPlan(
        MirrorOptions options, ProviderPanel panel, OpenQuestion question, RouteTable empty,
        MirrorSnapshot? snapshot)
    {
        _options = options;
        _panel = panel;
        _question = question;
        _votes = new BlockVotes(panel, question);
        _callVotes = new CallVotes(panel, question);
        _walk = new AncestorWalk(options.StartBlock);
        _chain = new MirroredChain(empty);
        Served = new ServedTable(snapshot?.Table ?? empty);
        if (snapshot is null)
            return;
        StartAt(snapshot);
        Served.Start(snapshot);
    }

    public ServedTable Served { get; }

    public BlockHeader? Target { get; private set; }

    public ulong FinalisedBlock { get; private set; }

    public long BlocksUndone => _chain.BlocksUndone;

    // The file that the table came from can no longer be read; what is known of it serves.
    private bool IsDamaged => _chain.TipTable.Routes.IsDamaged;

    private ulong NextNumber => _chain.Tip is { } tip ? tip.Number + 1 : _options.StartBlock;

    public void Offer(MirrorSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _offered = snapshot;
    }

    /// <summary>When something is to be done although no answer comes. Milliseconds since 1970.</summary>
    public ulong NextMs(ulong nowMs) =>
        _question.Phase == MirrorPhase.Idle && _nextPollMs > nowMs ? _nextPollMs : ulong.MaxValue;

    /// <summary>Closes the open question if it is over; false if nothing changed.</summary>
    public bool TryAdvance(ulong nowMs)
    {
        switch (_question.Phase)
        {
            case MirrorPhase.Idle:
                if (nowMs < _nextPollMs || _panel.IsGathering(nowMs) || !_panel.Usable(nowMs).Any())
                    return false;
                StartHeads(nowMs);
                return true;
            case MirrorPhase.Heads or MirrorPhase.Header:
                if (!_votes.TryAdvance(nowMs, out BlockVerdict? verdict))
                    return false;
                if (verdict is not null)
                    OnVerdict(verdict, nowMs);
                return true;
            case MirrorPhase.Calls:
                if (!_callVotes.TryAdvance(_checked!, nowMs, out MirrorAnswer.Positions? called))
                    return false;
                OnCalled(called, nowMs);
                return true;
        }

        if (!_question.IsExhausted(nowMs))
            return false;
        if (_question.Phase == MirrorPhase.Proof)
            _question.OpenCalls(_checked!, nowMs);
        else if (_question.Phase == MirrorPhase.Logs)
            OnNobodyHasLogs(nowMs);
        else
            OnNobodyHasParent(nowMs);
        return true;
    }

    /// <summary>The parent of the lowest header of the walk.</summary>
    public void OnWalked(MirrorProvider provider, BlockHeader parent, ulong nowMs)
    {
        BlockHeader child = _walk.Lowest;
        if (parent.Number + 1 != child.Number)
        {
            _panel.OnFailure(provider, $"gave block {parent.Number} as parent of {child.Number}", nowMs);
            return;
        }

        provider.OnGood();
        if (!parent.IsHashed && _panel.Configured > 1)
        {
            // Nothing ties its fields to its hash: the others must say the same.
            _votes.Open(parent.Number, HeaderUse.Walk, nowMs);
            return;
        }

        _walk.Add(parent);
        ContinueWalk(nowMs);
    }

    /// <summary>How far the registries' events go at the block that is being checked.</summary>
    public void OnPositions(MirrorAnswer.Positions positions, TableCheck check, ulong nowMs)
    {
        if (_step is not { } step)
        {
            OnTipChecked(positions, check, nowMs);
            return;
        }

        step.Expect(positions.Nodes, positions.Routes, check);
        if (!step.IsWithoutEvents)
        {
            _question.OpenLogs(step);
            return;
        }

        step.FinishWithoutLogs();
        Complete(nowMs);
    }

    /// <summary>Logs of the step, or of a part of it.</summary>
    public void OnLogs(
        MirrorProvider provider, MirrorRequest.Logs asked, IReadOnlyList<LogEntry> logs, ulong nowMs)
    {
        LogStep step = _step!;
        ulong blocks = asked.To - asked.From + 1;
        bool isTooMany = logs.Count >= MirrorLimits.LogsPerAnswerMax;
        if (blocks > 1 && (isTooMany || provider.Range.IsSuspicious(logs.Count)))
        {
            step.Suspect(asked, logs.Count);
            provider.Range.OnRefused(blocks, 0, nowMs);
            _question.OpenLogs(step);
            return;
        }

        LogFault fault = step.Apply(asked, logs, provider.Index, out int cutAt);
        if (cutAt > 0)
        {
            provider.Range.OnCut(cutAt);
            _panel.Note(
                provider, ProviderTrouble.Range, $"cuts answers at {cutAt} logs without saying so", nowMs);
        }

        if (fault == LogFault.NotNext)
        {
            OnContradiction($"left out, altered or moved events in blocks {step.From} to {asked.To}", nowMs);
        }
        else if (fault != LogFault.None)
        {
            string what = fault == LogFault.OtherBlock ? "of other blocks" : "not asked for";
            _panel.OnFailure(provider, $"gave logs {what} in blocks {asked.From} to {asked.To}", nowMs);
            step.Tried |= 1UL << provider.Index;
            step.Rewind();
            _question.OpenLogs(step);
        }
        else
        {
            provider.Range.OnAnswer(blocks, logs.Count, nowMs);
            provider.OnGood();
            if (!step.IsDone)
                _question.OpenLogs(step);
            else if (step.IsAsExpected)
                Complete(nowMs);
            else
                OnContradiction(
                    $"left out, altered or invented events in blocks {step.From} to {step.End.Number}: "
                        + (step.Check == TableCheck.Proved ? "the proof at" : "what most providers say at")
                        + $" block {step.End.Number} ends elsewhere",
                    nowMs);
        }
    }

    private void Pause(ulong nowMs, ulong pauseMs)
    {
        _question.Close();
        _step = null;
        _nextPollMs = Math.Max(_headsMs + MirrorLimits.PollMs, nowMs + pauseMs);
    }

    private void StartAt(MirrorSnapshot snapshot)
    {
        _chain.Restart(new MirroredBlock(
            snapshot.BlockNumber, snapshot.BlockHash, snapshot.Table, TableCheck.Called,
            MirroredBlock.Several));
        _chainOrigin = snapshot.Origin;
        _isBaseUntested = true;
        _tipIsFresh = false;
    }

    private void StartAnew(string why)
    {
        _panel.Note(why);
        _chain.Restart(null);
        _chainOrigin = TableOrigin.Chain;
        _isBaseUntested = false;
        _tipIsFresh = false;
        FinalisedBlock = 0;
    }

    private void StartHeads(ulong nowMs)
    {
        if (IsDamaged)
            StartAnew("the snapshot that the table came from can no longer be read: reading the chain from "
                + "the deployment");
        _headsMs = nowMs;
        _nextPollMs = nowMs + MirrorLimits.PollMs;
        _tipIsFresh = false;
        _votes.OpenHeads(nowMs);
    }

    private void OnVerdict(BlockVerdict verdict, ulong nowMs)
    {
        _isVoteConfirmed = verdict.IsConfirmed;
        if (verdict.Header is not { } header)
        {
            Pause(nowMs, MirrorLimits.PollMs);
            return;
        }

        switch (verdict.Use)
        {
            case HeaderUse.Target:
                OnTarget(header, verdict.By, nowMs);
                break;
            case HeaderUse.Tip:
                OnTipNamed(header, nowMs);
                break;
            case HeaderUse.RangeEnd:
                StartStep([header], nowMs);
                break;
            case HeaderUse.Snapshot:
                OnSnapshotNamed(header, nowMs);
                break;
            default:
                OnWalkNamed(header, nowMs);
                break;
        }
    }

    private void OnTarget(BlockHeader target, ulong by, ulong nowMs)
    {
        Target = target;
        _targetBy = by;
        if (_votes.Finalised(target.Number) is { } final)
            FinalisedBlock = Math.Max(FinalisedBlock, Math.Min(final, target.Number));
        Follow(nowMs);
    }

    /// <summary>What is next on the way from the tip to the target.</summary>
    private void Follow(ulong nowMs)
    {
        BlockHeader target = Target!;
        if (_chain.Find(target.Number) is { } known && known.Hash == target.Hash)
        {
            OnTargetIsKnown(target, nowMs);
            return;
        }

        bool isBelowBase = _chain.Base is { } oldest && target.Number < oldest.Number;
        if (target.Number < _options.StartBlock
            || (isBelowBase && ++_shorterHeads < MirrorLimits.BelowBaseBelieved))
        {
            Pause(nowMs, MirrorLimits.PollMs);
            return;
        }

        _shorterHeads = 0;
        if (target.Number < NextNumber + MirrorLimits.WalkBlocksMax)
        {
            _walk.Start(target);
            ContinueWalk(nowMs);
            return;
        }

        if (_chain.Tip is { } tip && !_tipIsFresh)
        {
            _votes.Open(tip.Number, HeaderUse.Tip, nowMs);
            return;
        }

        if (_offered is { } offered)
        {
            if (offered.BlockNumber >= NextNumber && offered.BlockNumber <= target.Number)
            {
                _votes.Open(offered.BlockNumber, HeaderUse.Snapshot, nowMs);
                return;
            }

            _offered = null;
        }

        ulong end = Math.Min(
            target.Number - MirrorLimits.BackfillMarginBlocks, NextNumber + MirrorLimits.StepBlocksMax - 1);
        _votes.Open(end, HeaderUse.RangeEnd, nowMs);
    }

    private void OnTargetIsKnown(BlockHeader target, ulong nowMs)
    {
        if (_chain.Tip!.Value.Number > target.Number)
        {
            // Most lag, or the chain became shorter: believed when they say so several times in a row.
            if (_votes.IsDescending || ++_shorterHeads < MirrorLimits.ShorterHeadsBelieved)
            {
                Pause(nowMs, MirrorLimits.PollMs);
                return;
            }

            _chain.UndoAbove(target.Number);
        }

        _shorterHeads = 0;
        if (_chain.Tip.Value.Check == TableCheck.None)
        {
            _step = null;
            _checked = target;
            _question.OpenProof(target);
            return;
        }

        Publish(nowMs);
        Pause(nowMs, MirrorLimits.PollMs);
    }

    // The tip was inside a step, so its table was never looked at by itself.
    private void OnTipChecked(MirrorAnswer.Positions positions, TableCheck check, ulong nowMs)
    {
        RouteTable table = _chain.TipTable;
        if (table.NodePosition == positions.Nodes && table.RoutePosition == positions.Routes)
        {
            _chain.MarkTip(check);
            Publish(nowMs);
            Pause(nowMs, MirrorLimits.PollMs);
            return;
        }

        int source = _chain.Tip!.Value.Source;
        if (source >= 0 && !IsDamaged)
            _panel.OnLie(
                _panel.All[source],
                $"put events into other blocks than the proof at block {_checked!.Number} allows", nowMs);
        _onlyOneSource |= source < 0;
        _chain.UndoUnchecked();
        Follow(nowMs);
    }

    private void ContinueWalk(ulong nowMs)
    {
        ulong below = _walk.Lowest.Number - 1;
        switch (_walk.Turn(_chain))
        {
            case WalkTurn.Joined:
                _chain.UndoAbove(below);
                StartStep(_walk.Ascending, nowMs);
                return;
            case WalkTurn.AtDeployment:
                if (_chain.IsEmpty || TryLeave(nowMs))
                    StartStep(_walk.Ascending, nowMs);
                return;
            case WalkTurn.BelowKept:
                if (TryLeave(nowMs))
                    Follow(nowMs);
                return;
            case WalkTurn.BetweenKept:
                _chain.UndoAbove(below);
                if (below < NextNumber + MirrorLimits.WalkBlocksMax)
                    break;
                Follow(nowMs);
                return;
        }

        _question.OpenWalk(_walk.Lowest.ParentHash);
    }

    private void OnNobodyHasParent(ulong nowMs)
    {
        BlockHeader lowest = _walk.Lowest;
        _panel.NoteAll(
            _targetBy, ProviderTrouble.Fork,
            $"names block {Target!.Number} ({Target.Hash}), but nobody has block {lowest.Number - 1} "
                + $"({lowest.ParentHash}) that it follows from",
            nowMs);
        Pause(nowMs, MirrorLimits.PollMs);
    }

    private void OnWalkNamed(BlockHeader header, ulong nowMs)
    {
        if (header.Hash != _walk.Lowest.ParentHash)
        {
            Pause(nowMs, MirrorLimits.PollMs); // the chain moved on meanwhile
            return;
        }

        _walk.Add(header);
        ContinueWalk(nowMs);
    }

    private void OnTipNamed(BlockHeader header, ulong nowMs)
    {
        _tipIsFresh = header.Hash == _chain.Tip!.Value.Hash;
        if (!_tipIsFresh && _chain.OverlayBlocks > 0)
            _chain.UndoTip();
        else if (!_tipIsFresh && !TryLeave(nowMs))
            return;
        Follow(nowMs);
    }

    /// <summary>
    /// The chain most name does not hold the oldest block kept. Above the finalised one it is followed from
    /// the deployment; else only if every configured provider names it.
    /// </summary>
    private bool TryLeave(ulong nowMs)
    {
        MirroredBlock oldest = _chain.Base!.Value;
        bool isAllowed = oldest.Number > FinalisedBlock
            || BitOperations.PopCount(_targetBy) >= _panel.Configured;
        if (isAllowed)
        {
            StartAnew(
                $"block {oldest.Number} ({oldest.Hash}) left the chain, and nothing older is kept: reading "
                    + "the chain from the deployment");
            return true;
        }

        _panel.NoteAll(
            _targetBy, ProviderTrouble.Fork,
            $"names a chain with block {Target!.Number} ({Target.Hash}) that leaves the finalised block "
                + $"{oldest.Number} ({oldest.Hash}): refused until every provider names it",
            nowMs);
        _votes.WaitsForAll = true;
        Pause(nowMs, MirrorLimits.RefusedPauseMs);
        return false;
    }

    private void OnSnapshotNamed(BlockHeader header, ulong nowMs)
    {
        MirrorSnapshot snapshot = _offered!;
        _offered = null;
        if (header.Hash == snapshot.BlockHash)
        {
            StartAt(snapshot);
            _tipIsFresh = true;
        }
        else
        {
            _panel.Note($"a snapshot of block {snapshot.BlockNumber} is of another chain, and is not used");
        }

        Follow(nowMs);
    }

    private void StartStep(IReadOnlyList<BlockHeader> headers, ulong nowMs)
    {
        _step = new LogStep(_options, _chain.TipTable, NextNumber, headers)
        {
            OnlyOneSource = _onlyOneSource,
            PreferredSource = _chain.Tip is { Check: TableCheck.None } tip
                ? tip.Source
                : MirroredBlock.Several,
        };
        _checked = _step.End;
        _question.OpenProof(_checked);
    }

    private void OnCalled(MirrorAnswer.Positions? positions, ulong nowMs)
    {
        if (positions is not null)
            OnPositions(positions, TableCheck.Called, nowMs);
        else if (_step is { } step && step.End.Number < Target!.Number)
            _question.OpenLogs(step); // hardly anybody keeps so old a state: a later block will tell
        else
            Pause(nowMs, MirrorLimits.PollMs);
    }

    /// <summary>
    /// Logs do not lead where the registries are. Whoever surely gave the wrong ones is named.
    /// </summary>
    private void OnContradiction(string problem, ulong nowMs)
    {
        LogStep step = _step!;
        if (IsDamaged)
        {
            Pause(nowMs, 0); // nobody is to blame
            return;
        }

        int liar = step.IsMixed ? MirroredBlock.Several : step.Source;
        bool isStartChecked = _chain.Tip is not { Check: TableCheck.None };
        if (!isStartChecked && _chain.Tip!.Value.Source != liar)
            liar = MirroredBlock.Several;
        if (liar >= 0)
        {
            _panel.OnLie(_panel.All[liar], problem, nowMs);
            step.Tried |= 1UL << liar;
        }
        else
        {
            _onlyOneSource = true;
            _panel.Note($"one of several providers {problem}: they are asked again one by one");
        }

        step.IsContradicted = true;
        if (isStartChecked)
        {
            step.Rewind();
            step.OnlyOneSource |= _onlyOneSource;
            _question.OpenLogs(step);
            return;
        }

        _chain.UndoUnchecked();
        _step = null;
        _tipIsFresh = false;
        Follow(nowMs);
    }

    private void OnNobodyHasLogs(ulong nowMs)
    {
        if (_step!.IsContradicted && _isBaseUntested && _chain.OverlayBlocks == 0)
        {
            StartAnew(
                $"no provider's logs follow the snapshot of block {_chain.Base!.Value.Number}: reading the "
                    + "chain from the deployment");
            _step = null;
            Follow(nowMs);
            return;
        }

        Pause(nowMs, MirrorLimits.RetryMs);
    }

    private void Complete(ulong nowMs)
    {
        LogStep step = _step!;
        _step = null;
        _chain.Append(step.Blocks());
        _tipIsFresh = true;
        if (step.Check != TableCheck.None)
        {
            _onlyOneSource = false;
            _isBaseUntested = false;
            Publish(nowMs);
        }

        if (_chain.Tip!.Value.Hash == Target!.Hash)
            Pause(nowMs, MirrorLimits.PollMs);
        else if (nowMs >= _nextPollMs)
            StartHeads(nowMs);
        else
            Follow(nowMs);
    }

    private void Publish(ulong nowMs)
    {
        MirroredBlock tip = _chain.Tip!.Value;
        bool isHead = tip.Hash == Target!.Hash;
        bool isProved = tip.Check == TableCheck.Proved;
        bool isConfirmed = _isVoteConfirmed && (isProved || _callVotes.IsConfirmed);
        Served.Publish(tip, isHead, isConfirmed, _chainOrigin, nowMs);
        if (isHead)
        {
            _votes.WaitsForAll = false;
            _votes.NoteFalseHeads(_chain, tip, nowMs);
        }

        _chain.Merge(FinalisedBlock);
    }
}
