namespace Conet.Routing.Mirror;

/// <summary>
/// All providers of a mirror: who may be asked, who is asked first, who rests and for how long, and the notes
/// about them that an operator reads. One thread.
/// </summary>
internal sealed class ProviderPanel
{
    private readonly Queue<string> _notes = [];
    private readonly (ulong NotedMs, int Since)[,] _noted;

    public ProviderPanel(IReadOnlyList<string> names)
    {
        ArgumentOutOfRangeException.ThrowIfZero(names.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, MirrorLimits.ProvidersMax);
        All = [.. names.Select((name, index) => new MirrorProvider(index, name))];
        _noted = new (ulong, int)[All.Count, Enum.GetValues<ProviderTrouble>().Length];
    }

    public IReadOnlyList<MirrorProvider> All { get; }

    /// <summary>Providers that are not known to be on another chain.</summary>
    public int Configured => All.Count(provider => !provider.IsOnOtherChain);

    /// <summary>More than half of those.</summary>
    public int Majority => (Configured / 2) + 1;

    public static bool IsUsable(MirrorProvider provider, ulong nowMs) =>
        provider.IsKnown && provider.NotBeforeMs <= nowMs
        && provider.Outstanding < MirrorLimits.OutstandingMax;

    public IEnumerable<MirrorProvider> Usable(ulong nowMs) =>
        All.Where(provider => IsUsable(provider, nowMs));

    /// <summary>
    /// True if too few for a majority can be asked, and others are just telling their chain.
    /// </summary>
    public bool IsGathering(ulong nowMs) =>
        Usable(nowMs).Count() < Majority
        && All.Any(provider => provider.IsAskingChainId
            && nowMs < provider.ChainIdAskedMs + MirrorLimits.LateMsMax);

    /// <summary>An ask to a provider, counted as open until it comes back.</summary>
    public static MirrorAsk Ask(
        MirrorProvider provider, MirrorRequest request, long question, ulong nowMs)
    {
        provider.Outstanding++;
        return new MirrorAsk(provider.Index, request, question, nowMs);
    }

    /// <summary>The best provider for a question that one answer settles; null for none.</summary>
    /// <param name="tried">Bit i: provider i is not wanted.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <param name="isFit">Further condition.</param>
    public MirrorProvider? Best(ulong tried, ulong nowMs, Func<MirrorProvider, bool> isFit) =>
        Usable(nowMs)
            .Where(provider => (tried >> provider.Index & 1) == 0 && isFit(provider))
            .OrderByDescending(provider => Math.Round(provider.Score, 1))
            .ThenBy(provider => provider.Index)
            .FirstOrDefault();

    /// <summary>
    /// The provider did not answer, or not in a way that can be used. It rests, each time twice as long, and
    /// must then tell its chain again.
    /// </summary>
    public void OnFailure(MirrorProvider provider, string problem, ulong nowMs)
    {
        provider.Failures++;
        provider.OnTrouble(1);
        provider.IsKnown = false;
        provider.NotBeforeMs = nowMs
            + Doubled(MirrorLimits.BreakStartMs, provider.Failures - 1, MirrorLimits.BreakMaxMs);
        Note(provider, ProviderTrouble.Failure, problem, nowMs);
    }

    /// <summary>The provider serves another chain: it is looked at again from time to time.</summary>
    public void OnOtherChain(MirrorProvider provider, string problem, ulong nowMs)
    {
        OnFailure(provider, problem, nowMs);
        provider.IsOnOtherChain = true;
        provider.NotBeforeMs = nowMs + MirrorLimits.BreakMaxMs;
    }

    /// <summary>
    /// Something proved the provider wrong. Its logs are not used for a while; about block hashes it is asked
    /// on, because there the others judge it.
    /// </summary>
    public void OnLie(MirrorProvider provider, string problem, ulong nowMs)
    {
        provider.Lies++;
        provider.OnTrouble(MirrorLimits.LieWeight);
        int doublings = (int)Math.Min(provider.Lies - 1, 8);
        provider.NoLogsBeforeMs = nowMs
            + Doubled(MirrorLimits.LieRestStartMs, doublings, MirrorLimits.BreakMaxMs);
        Note(provider, ProviderTrouble.Lie, problem, nowMs);
    }

    /// <summary>The provider's proof does not hold. It is not asked for others for a while.</summary>
    public void OnBadProof(MirrorProvider provider, ulong block, ulong nowMs)
    {
        provider.Lies++;
        provider.OnTrouble(1);
        provider.NoProofsBeforeMs = nowMs + MirrorLimits.NoProofsMs;
        Note(
            provider, ProviderTrouble.Lie,
            $"gave a proof that does not hold under the state root of block {block}", nowMs);
    }

    /// <summary>
    /// A line about a provider for the operator, at most one in <see cref="MirrorLimits.NoteAgainMs"/> of a
    /// kind; what was left out is counted.
    /// </summary>
    public void Note(MirrorProvider provider, ProviderTrouble trouble, string problem, ulong nowMs)
    {
        provider.LastProblem = problem;
        ref (ulong NotedMs, int Since) last = ref _noted[provider.Index, (int)trouble];
        if (last.NotedMs != 0 && nowMs - Math.Min(nowMs, last.NotedMs) < MirrorLimits.NoteAgainMs)
        {
            last.Since++;
            return;
        }

        string again = last.Since == 0 ? string.Empty : $" ({last.Since} more such since the last note)";
        last = (Math.Max(1, nowMs), 0);
        Note($"provider {provider.Name} {problem}{again}");
    }

    /// <summary>The same line about each provider whose bit is set.</summary>
    public void NoteAll(ulong providers, ProviderTrouble trouble, string problem, ulong nowMs)
    {
        foreach (MirrorProvider provider in All)
        {
            if ((providers >> provider.Index & 1) != 0)
                Note(provider, trouble, problem, nowMs);
        }
    }

    /// <summary>A line about the mirror for the operator.</summary>
    public void Note(string text)
    {
        if (_notes.Count < MirrorLimits.NotesMax)
            _notes.Enqueue(text);
    }

    public bool TryTakeNote(out string note) => _notes.TryDequeue(out note!);

    private static ulong Doubled(ulong start, int times, ulong max) =>
        Math.Min(start << Math.Clamp(times, 0, 16), max);
}
