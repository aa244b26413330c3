using System.Numerics;
using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// Decides votes. An answer stands when more than half of all configured providers give it; with fewer that
/// answer, after a while, when more than half of those do: then it is not confirmed. Source: docs/SPEC.md,
/// section 11.5. One thread.
/// </summary>
internal sealed class Quorum(ProviderPanel panel)
{
    private ulong? _confirmedMs;

    /// <summary>False while the vote is open. Then the answer that stands, or null.</summary>
    public bool TryDecide<T>(Vote<T> vote, ulong nowMs, out T? answer, out ulong by, out bool isConfirmed)
        where T : class
    {
        _confirmedMs ??= nowMs;
        (answer, by) = vote.Leading();
        int count = BitOperations.PopCount(by);
        isConfirmed = count >= panel.Majority;
        if (isConfirmed)
        {
            _confirmedMs = nowMs;
            return true;
        }

        if (!vote.IsOver(nowMs))
            return false;
        // Where three or more are configured, the word of a single one is never enough.
        int least = panel.Configured > 2 ? 2 : 1;
        bool isMost = count >= least && 2 * count > vote.AnsweredCount;
        bool isPatienceOver = nowMs - Math.Min(nowMs, _confirmedMs.Value) >= MirrorLimits.UnconfirmedAfterMs;
        if (!isMost || !isPatienceOver)
            answer = null;
        return true;
    }

    /// <summary>A vote was decided by more than half of all configured providers.</summary>
    public void OnConfirmed(ulong nowMs) => _confirmedMs = nowMs;

    /// <summary>
    /// Takes from a vote on headers what is proved wrong: where two headers of one hash differ, the one that
    /// hashes to it is right.
    /// </summary>
    public void DropFalseHeaders(Vote<BlockHeader> vote, ulong nowMs)
    {
        foreach (MirrorProvider provider in panel.All)
        {
            if (vote.AnswerOf(provider.Index) is not { IsHashed: false } header)
                continue;
            bool isFalse = panel.All.Any(other => vote.AnswerOf(other.Index) is { IsHashed: true } proof
                && proof.Hash == header.Hash && !proof.IsSameBlock(header));
            if (!isFalse)
                continue;
            vote.Drop(provider.Index);
            panel.OnLie(
                provider, $"gave a header of block {header.Number} that does not hash to {header.Hash}",
                nowMs);
        }
    }

    /// <summary>
    /// The highest number that more than half of those who answered have reached.
    /// </summary>
    public static ulong NumberOfMost(IEnumerable<ulong> numbers)
    {
        ulong[] sorted = [.. numbers.OrderDescending()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>
    /// Judges who stays behind most others by too many blocks for too long, and takes them from the vote.
    /// </summary>
    public void DropBehind(Vote<BlockHeader> heads, ulong nowMs)
    {
        foreach (MirrorProvider provider in panel.All)
        {
            if (provider.Head is not { } head)
                continue;
            MirrorProvider[] others =
                [.. panel.All.Where(other => other != provider && other.Head is not null)];
            int ahead = others.Count(
                other => other.Head!.Number >= head.Number + MirrorLimits.BehindBlocksMax);
            if (2 * ahead <= others.Length)
            {
                provider.BehindSinceMs = 0;
                continue;
            }

            if (provider.BehindSinceMs == 0)
                provider.BehindSinceMs = nowMs;
            ulong behindMs = nowMs - Math.Min(nowMs, provider.BehindSinceMs);
            if (behindMs >= MirrorLimits.BehindNoteMs)
                panel.Note(
                    provider, ProviderTrouble.Behind,
                    $"stays at block {head.Number}, which most others left behind long ago", nowMs);
            if (behindMs >= MirrorLimits.BehindMsMax)
                heads.Drop(provider.Index);
        }
    }

    /// <summary>
    /// The last block that more than half of all configured providers call finalised; a depth below the head
    /// where nobody says; null where too few say.
    /// </summary>
    public ulong? Finalised(ulong head)
    {
        ulong[] said = [.. panel.All.Select(provider => provider.Finalised).OfType<ulong>()];
        if (said.Length == 0)
            return head - Math.Min(head, MirrorLimits.FinalDepthBlocks);
        if (said.Length < panel.Majority)
            return null;
        return said.OrderDescending().ElementAt(panel.Majority - 1);
    }
}
