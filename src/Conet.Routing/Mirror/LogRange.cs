namespace Conet.Routing.Mirror;

/// <summary>
/// How many blocks one log query of a provider may span, found by asking: refusals and answers cut short
/// shrink it, good answers let it grow, slowly and not to what was refused before. One thread.
/// </summary>
internal sealed class LogRange
{
    private ulong _refusedBlocks = ulong.MaxValue;
    private ulong _refusedMs;
    private int _goodInRow;

    /// <summary>Blocks to ask for at once, 1 or more.</summary>
    public ulong Blocks { get; private set; } = MirrorLimits.RangeBlocksStart;

    /// <summary>
    /// Logs after which the provider was found to cut its answers without a word; 0 for none known.
    /// </summary>
    public int SilentCap { get; private set; }

    /// <summary>The provider refused that many blocks.</summary>
    /// <param name="asked">Blocks asked for.</param>
    /// <param name="hint">Blocks it would accept as it says; 0 if it does not say.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public void OnRefused(ulong asked, ulong hint, ulong nowMs)
    {
        _goodInRow = 0;
        _refusedBlocks = asked;
        _refusedMs = nowMs;
        Blocks = hint > 0 && hint < asked ? hint : Math.Max(1, asked / 2);
    }

    /// <summary>The provider answered a query of that many blocks with that many logs.</summary>
    public void OnAnswer(ulong asked, int logs, ulong nowMs)
    {
        if (SilentCap > 0 && logs > SilentCap / 2)
        {
            Blocks = Math.Max(1, asked / 2);
            _goodInRow = 0;
            return;
        }

        if (asked < Blocks || ++_goodInRow < MirrorLimits.RangeGrowsAfter)
            return;
        _goodInRow = 0;
        ulong grown = Math.Min(Blocks + Math.Max(1, Blocks / 2), MirrorLimits.RangeBlocksMax);
        bool isRemembered = nowMs - Math.Min(nowMs, _refusedMs) < MirrorLimits.RangeRefusalMs;
        if (isRemembered && grown >= _refusedBlocks)
            grown = Math.Max(Blocks, _refusedBlocks - 1);
        if (logs < MirrorLimits.LogsPerAnswerMax / 8)
            Blocks = grown;
    }

    /// <summary>
    /// True if an answer of that many logs may have been cut: the number is a round one, as limits are.
    /// </summary>
    public bool IsSuspicious(int logs) =>
        (logs >= MirrorLimits.SuspiciousLogsMin && logs % MirrorLimits.SuspiciousLogsMin == 0)
        || (SilentCap > 0 && logs >= SilentCap);

    /// <summary>An answer was cut at that many logs, as smaller ranges showed.</summary>
    public void OnCut(int logs) => SilentCap = SilentCap == 0 ? logs : Math.Min(SilentCap, logs);
}
