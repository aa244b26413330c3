using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// What the mirror thinks of one provider. Changed by the mirror's thread; each member may be read by any.
/// </summary>
public sealed class MirrorProvider
{
    internal MirrorProvider(int index, string name)
    {
        Index = index;
        Name = name;
    }

    /// <summary>Position in the list of providers.</summary>
    public int Index { get; }

    /// <summary>Host and port.</summary>
    public string Name { get; }

    /// <summary>True while its chain id is known to be right: asked first, and again after a break.</summary>
    public bool IsKnown { get; internal set; }

    /// <summary>True if it said last that it serves another chain.</summary>
    public bool IsOnOtherChain { get; internal set; }

    /// <summary>Answers that were used.</summary>
    public long Answers { get; internal set; }

    /// <summary>Failures since the last answer that was used.</summary>
    public int Failures { get; internal set; }

    /// <summary>Times that something proved it wrong.</summary>
    public long Lies { get; internal set; }

    /// <summary>It is not asked before this time. Milliseconds since 1970.</summary>
    public ulong NotBeforeMs { get; internal set; }

    /// <summary>
    /// It is not asked for logs before this time, because some of its were wrong. Milliseconds since 1970.
    /// </summary>
    public ulong NoLogsBeforeMs { get; internal set; }

    /// <summary>Usual time to an answer, milliseconds; 0 before the first.</summary>
    public double LatencyMs { get; private set; }

    /// <summary>0 to 1: what it is worth beside others.</summary>
    public double Score =>
        1 / (1 + _trouble + (LatencyMs / MirrorLimits.ScoreLatencyMs) + (BehindSinceMs > 0 ? 1 : 0));

    /// <summary>What it did wrong last, one line; null if nothing yet.</summary>
    public string? LastProblem { get; internal set; }

    internal LogRange Range { get; } = new();

    internal BlockHeader? Head { get; set; }

    /// <summary>A head of its above the table: true or false when the table gets there.</summary>
    internal BlockHeader? Claim { get; set; }

    /// <summary>Number of the last block it calls finalised; null if it does not say.</summary>
    internal ulong? Finalised { get; set; }

    internal ulong NextFinalisedMs { get; set; }

    internal ulong NextChainIdMs { get; set; }

    /// <summary>Since when most others were far ahead of it; 0 if they are not.</summary>
    internal ulong BehindSinceMs { get; set; }

    internal ulong NoProofsBeforeMs { get; set; }

    /// <summary>Asks without an answer yet.</summary>
    internal int Outstanding { get; set; }

    internal bool IsAskingChainId { get; set; }

    internal ulong ChainIdAskedMs { get; set; }

    internal bool IsAskingFinalised { get; set; }

    private double _trouble;

    /// <summary>Time after which an answer is late, and others are asked too. Milliseconds.</summary>
    internal ulong LateMs => LatencyMs == 0
        ? MirrorLimits.LateMsMax
        : Math.Clamp(
            (ulong)(LatencyMs * MirrorLimits.LateFactor), MirrorLimits.LateMsMin, MirrorLimits.LateMsMax);

    /// <summary>An answer came after that time.</summary>
    internal void OnLatency(ulong elapsedMs)
    {
        double elapsed = Math.Max(1, elapsedMs);
        LatencyMs = LatencyMs == 0 ? elapsed : LatencyMs + ((elapsed - LatencyMs) / MirrorLimits.LatencyOver);
    }

    internal void OnGood()
    {
        Answers++;
        Failures = 0;
        _trouble *= MirrorLimits.TroubleKept;
    }

    internal void OnTrouble(double weight) =>
        _trouble = Math.Min(_trouble + weight, MirrorLimits.TroubleMax);

    internal ProviderStatus Describe(ulong nowMs)
    {
        ulong until = Math.Max(NotBeforeMs, NoLogsBeforeMs);
        ulong restMs = until - Math.Min(nowMs, until);
        ProviderState state = IsOnOtherChain ? ProviderState.WrongChain
            : restMs > 0 ? ProviderState.Resting
            : ProviderState.InUse;
        return new ProviderStatus(
            Name, state, restMs / 1000.0, Score, Answers, Failures, Lies, LatencyMs, LastProblem);
    }
}
