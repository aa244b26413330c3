using System.Numerics;
using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// The votes of a mirror's providers on blocks: first everybody's head, then, where heads differ, the header
/// at a height that most have reached. One thread.
/// </summary>
internal sealed class BlockVotes(ProviderPanel panel, OpenQuestion question)
{
    private readonly Quorum _quorum = new(panel);
    private HeaderUse _use;
    private ulong _number;
    private ulong _descend;

    /// <summary>True to hear every provider before a head is followed.</summary>
    public bool WaitsForAll { get; set; }

    /// <summary>True while heights at which no block had a majority are left out.</summary>
    public bool IsDescending => _descend > 0;

    /// <summary>The last block that most call finalised; see <see cref="Quorum.Finalised"/>.</summary>
    public ulong? Finalised(ulong head) => _quorum.Finalised(head);

    public void OpenHeads(ulong nowMs) => question.OpenHeads(nowMs);

    public void Open(ulong number, HeaderUse use, ulong nowMs)
    {
        _use = use;
        _number = number;
        question.OpenHeader(number, nowMs);
    }

    /// <summary>
    /// Closes the open vote if it is over. False if nothing changed; no verdict if another vote follows.
    /// </summary>
    public bool TryAdvance(ulong nowMs, out BlockVerdict? verdict)
    {
        verdict = null;
        if (question.Phase == MirrorPhase.Heads)
            return TryAdvanceHeads(nowMs, out verdict);
        Vote<BlockHeader> vote = question.Headers;
        _quorum.DropFalseHeaders(vote, nowMs);
        if (!_quorum.TryDecide(vote, nowMs, out BlockHeader? header, out ulong by, out bool isConfirmed))
            return false;
        if (header is null)
        {
            NoteDispute(vote, nowMs);
        }
        else
        {
            NoteOthers(vote, header, by, nowMs);
            if (_use == HeaderUse.Target)
                _descend = 0;
        }

        verdict = new BlockVerdict(_use, header, by, isConfirmed);
        return true;
    }

    /// <summary>
    /// A head that came too late for the vote, or stood alone, shows false when the table gets there.
    /// </summary>
    public void NoteFalseHeads(MirroredChain chain, MirroredBlock tip, ulong nowMs)
    {
        foreach (MirrorProvider provider in panel.All)
        {
            if (provider.Claim is not { } head)
            {
                provider.Claim = provider.Head is { } other && other.Hash != tip.Hash ? other : null;
                continue;
            }

            if (head.Number > tip.Number)
                continue;
            provider.Claim = null;
            if (chain.Find(head.Number) is { } block && block.Hash != head.Hash)
                panel.Note(
                    provider, ProviderTrouble.Fork,
                    $"named {head.Hash} as block {head.Number}; most name {block.Hash}", nowMs);
        }
    }

    private bool TryAdvanceHeads(ulong nowMs, out BlockVerdict? verdict)
    {
        verdict = null;
        Vote<BlockHeader> heads = question.Headers;
        _quorum.DropFalseHeaders(heads, nowMs);
        bool isOver = heads.IsOver(nowMs);
        if (WaitsForAll && !isOver)
            return false;
        (BlockHeader? leading, ulong by) = heads.Leading();
        bool isConfirmed = BitOperations.PopCount(by) >= panel.Majority;
        if (!isConfirmed && !isOver)
            return false;
        _quorum.DropBehind(heads, nowMs);
        if (isConfirmed)
        {
            _quorum.OnConfirmed(nowMs);
            _descend = 0;
            NoteOthers(heads, leading!, by, nowMs);
            verdict = new BlockVerdict(HeaderUse.Target, leading, by, isConfirmed);
        }
        else if (heads.AnsweredCount == 0)
        {
            verdict = new BlockVerdict(HeaderUse.Target, null, 0, false);
        }
        else
        {
            OpenTarget(heads);
        }

        return true;
    }

    // Heads differ: the highest number that most have reached is voted on, or one below if no block there
    // had a majority before.
    private void OpenTarget(Vote<BlockHeader> heads)
    {
        MirrorProvider[] answered =
            [.. panel.All.Where(provider => heads.AnswerOf(provider.Index) is not null)];
        ulong number = Quorum.NumberOfMost(answered.Select(NumberOf));
        number -= Math.Min(number, _descend);
        ulong toAsk = answered.Where(provider => NumberOf(provider) > number)
            .Aggregate(0UL, (bits, provider) => bits | 1UL << provider.Index);
        Vote<BlockHeader> vote = new(static (one, other) => one.IsSameBlock(other), toAsk);
        foreach (MirrorProvider provider in answered.Where(provider => NumberOf(provider) <= number))
        {
            BlockHeader head = heads.AnswerOf(provider.Index)!;
            vote.OnAnswer(provider.Index, head.Number == number ? head : null);
        }

        _use = HeaderUse.Target;
        _number = number;
        question.OpenHeader(number, vote);

        ulong NumberOf(MirrorProvider provider) => heads.AnswerOf(provider.Index)!.Number;
    }

    private void NoteDispute(Vote<BlockHeader> vote, ulong nowMs)
    {
        (BlockHeader? leading, ulong by) = vote.Leading();
        ulong others = vote.Answered & ~by;
        bool isDisputed = leading is not null
            && panel.All.Any(provider => (others >> provider.Index & 1) != 0
                && vote.AnswerOf(provider.Index) is not null);
        if (!isDisputed)
            return;
        if (_use == HeaderUse.Target)
            _descend = Math.Min(_descend + 1, MirrorLimits.DescendBlocksMax);
        foreach (MirrorProvider provider in panel.All)
        {
            if (vote.AnswerOf(provider.Index) is { } named)
                panel.Note(
                    provider, ProviderTrouble.Fork,
                    $"names {named.Hash} as block {_number}; no block has a majority there", nowMs);
        }
    }


    private void NoteOthers(Vote<BlockHeader> vote, BlockHeader header, ulong by, ulong nowMs)
    {
        foreach (MirrorProvider provider in panel.All)
        {
            if (vote.AnswerOf(provider.Index) is { } other && other.Number == header.Number
                && !other.IsSameBlock(header))
                panel.Note(
                    provider, ProviderTrouble.Fork,
                    $"names {other.Hash} as block {other.Number}; {BitOperations.PopCount(by)} of "
                        + $"{vote.AnsweredCount} name {header.Hash}",
                    nowMs);
        }
    }
}
