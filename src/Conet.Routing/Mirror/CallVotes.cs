using System.Numerics;
using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// The votes of a mirror's providers on what the registries say at a block, where nobody can prove it. One
/// thread.
/// </summary>
internal sealed class CallVotes(ProviderPanel panel, OpenQuestion question)
{
    private readonly Quorum _quorum = new(panel);

    /// <summary>True if the last vote was won by more than half of all configured providers.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>
    /// Closes the open vote if it is over. False if it is not; null if nothing has a majority.
    /// </summary>
    public bool TryAdvance(BlockHeader block, ulong nowMs, out MirrorAnswer.Positions? positions)
    {
        Vote<MirrorAnswer.Positions> calls = question.Calls;
        if (!_quorum.TryDecide(calls, nowMs, out positions, out ulong by, out bool isConfirmed))
            return false;
        IsConfirmed = isConfirmed;
        if (positions is null)
        {
            panel.NoteAll(
                calls.Answered, ProviderTrouble.Proof,
                $"says rolling hashes at block {block.Number} that too few say, and nobody can prove any",
                nowMs);
            return true;
        }

        foreach (MirrorProvider provider in panel.All)
        {
            if (calls.AnswerOf(provider.Index) is { } other && other != positions)
                panel.OnLie(
                    provider,
                    $"says other rolling hashes at block {block.Number} than {BitOperations.PopCount(by)} of "
                        + $"{calls.AnsweredCount} do",
                    nowMs);
        }

        return true;
    }
}
