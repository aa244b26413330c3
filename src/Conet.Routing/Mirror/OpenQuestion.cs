using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// The question that a mirror has open: to every provider at once, or to one after the other until somebody
/// answers, a second one being asked when the first is late. One thread.
/// </summary>
internal sealed class OpenQuestion(ProviderPanel panel)
{
    private MirrorRequest? _request;
    private Vote<BlockHeader>? _headers;
    private Vote<MirrorAnswer.Positions>? _calls;
    private LogStep? _step;
    private ulong _asked;
    private int _open;
    private ulong _lateAtMs;

    public MirrorPhase Phase { get; private set; }

    /// <summary>Number of the question; asks carry it.</summary>
    public long Id { get; private set; } = 1;

    public Vote<BlockHeader> Headers => _headers!;

    public Vote<MirrorAnswer.Positions> Calls => _calls!;

    /// <summary>Asks nothing.</summary>
    public void Close() => Open(MirrorPhase.Idle, null);

    public void OpenHeads(ulong nowMs)
    {
        _headers = new Vote<BlockHeader>(static (one, other) => one.IsSameBlock(other), Usable(nowMs));
        Open(MirrorPhase.Heads, new MirrorRequest.Head());
    }

    public void OpenHeader(ulong number, Vote<BlockHeader> vote)
    {
        _headers = vote;
        Open(MirrorPhase.Header, new MirrorRequest.Header(number));
    }

    public void OpenHeader(ulong number, ulong nowMs) =>
        OpenHeader(
            number,
            new Vote<BlockHeader>(static (one, other) => one.IsSameBlock(other), Usable(nowMs)));

    public void OpenCalls(BlockHeader block, ulong nowMs)
    {
        _calls = new Vote<MirrorAnswer.Positions>(static (one, other) => one == other, Usable(nowMs));
        Open(MirrorPhase.Calls, new MirrorRequest.Positions(block));
    }

    public void OpenWalk(in Bytes32 hash) => Open(MirrorPhase.Walk, new MirrorRequest.HeaderByHash(hash));

    public void OpenProof(BlockHeader block) => Open(MirrorPhase.Proof, new MirrorRequest.Proof(block));

    public void OpenLogs(LogStep step)
    {
        _step = step;
        Open(MirrorPhase.Logs, null);
    }

    /// <summary>What to ask now, and of whom; false for nothing.</summary>
    public bool TryAsk(ulong nowMs, out MirrorAsk ask)
    {
        ask = null!;
        if (Phase is MirrorPhase.Heads or MirrorPhase.Header)
            return TryAskAll(_headers!, nowMs, out ask);
        if (Phase == MirrorPhase.Calls)
            return TryAskAll(_calls!, nowMs, out ask);
        if (Phase == MirrorPhase.Idle || (_open > 0 && nowMs < _lateAtMs))
            return false;
        if (ChooseSource(nowMs) is not { } source)
            return false;
        _asked |= 1UL << source.Index;
        _open++;
        _lateAtMs = nowMs + source.LateMs;
        MirrorRequest request = _request ?? _step!.Request(source.Range);
        ask = ProviderPanel.Ask(source, request, Id, nowMs);
        return true;
    }

    /// <summary>An ask came back, whatever with.</summary>
    public void OnReturned(MirrorAsk ask)
    {
        if (ask.Question == Id)
            _open--;
    }

    /// <summary>Whoever failed is not waited for, and not asked this again.</summary>
    public void OnFailed(int provider)
    {
        if (Phase is MirrorPhase.Heads or MirrorPhase.Header)
            _headers!.Drop(provider);
        else if (Phase == MirrorPhase.Calls)
            _calls!.Drop(provider);
        else if (Phase == MirrorPhase.Logs)
            _step!.Tried |= 1UL << provider;
    }

    /// <summary>The same provider may be asked this again.</summary>
    public void AskAgain(int provider) => _asked &= ~(1UL << provider);

    /// <summary>True if one answer is wanted, none is on its way and nobody is left to ask.</summary>
    public bool IsExhausted(ulong nowMs) =>
        Phase is MirrorPhase.Walk or MirrorPhase.Proof or MirrorPhase.Logs
        && _open <= 0 && ChooseSource(nowMs) is null;

    /// <summary>When something changes although no answer comes. Milliseconds since 1970.</summary>
    public ulong NextMs(ulong nowMs) => Phase switch
    {
        MirrorPhase.Heads or MirrorPhase.Header => _headers!.NextLateMs(nowMs),
        MirrorPhase.Calls => _calls!.NextLateMs(nowMs),
        _ => _open > 0 && _lateAtMs > nowMs ? _lateAtMs : ulong.MaxValue,
    };

    private void Open(MirrorPhase phase, MirrorRequest? request)
    {
        Phase = phase;
        Id++;
        _request = request;
        _asked = 0;
        _open = 0;
    }

    private ulong Usable(ulong nowMs) =>
        panel.Usable(nowMs).Aggregate(0UL, (bits, provider) => bits | 1UL << provider.Index);

    private bool TryAskAll<T>(Vote<T> vote, ulong nowMs, out MirrorAsk ask)
        where T : class
    {
        ask = null!;
        while (vote.TryNextToAsk(out int index))
        {
            MirrorProvider provider = panel.All[index];
            if (!ProviderPanel.IsUsable(provider, nowMs))
            {
                vote.Drop(index);
                continue;
            }

            vote.OnAsked(index, nowMs + provider.LateMs);
            _open++;
            ask = ProviderPanel.Ask(provider, _request!, Id, nowMs);
            return true;
        }

        return false;
    }

    // Null if there is nobody, or nobody else.
    private MirrorProvider? ChooseSource(ulong nowMs)
    {
        if (Phase == MirrorPhase.Walk)
            return panel.Best(_asked, nowMs, static _ => true);
        if (Phase == MirrorPhase.Proof)
            return panel.Best(_asked, nowMs, provider => provider.NoProofsBeforeMs <= nowMs);
        LogStep step = _step!;
        if (_open > 0 && step.OnlyOneSource)
            return null;
        ulong tried = _asked | step.Tried;
        int wanted = step.Source >= 0 ? step.Source : step.PreferredSource;
        bool IsFit(MirrorProvider provider) => provider.NoLogsBeforeMs <= nowMs;
        if (wanted >= 0 && (tried >> wanted & 1) == 0 && IsFit(panel.All[wanted])
            && ProviderPanel.IsUsable(panel.All[wanted], nowMs))
            return panel.All[wanted];
        MirrorProvider? best = panel.Best(tried, nowMs, IsFit);
        if (best is not null && step.OnlyOneSource && step.Source >= 0)
            step.Rewind();
        return best;
    }
}
