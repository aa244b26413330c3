namespace Conet.Routing.Mirror;

/// <summary>Every bound of the mirror, each with its reason.</summary>
public static class MirrorLimits
{
    /// <summary>
    /// Blocks that can be undone one by one, where finality is slower than that: twice the deepest
    /// reorganisation that Ethereum can have between two finalised blocks. A deeper one starts anew.
    /// </summary>
    public const int UndoBlocksMax = 128;

    /// <summary>Most providers; sets of them are bits of a word.</summary>
    public const int ProvidersMax = 16;

    /// <summary>
    /// Blocks below the head that back-filling leaves to the careful walk: deeper than reorgs seen in
    /// practice.
    /// </summary>
    public const ulong BackfillMarginBlocks = 16;

    /// <summary>
    /// Blocks that are joined header by header; a longer way is gone by ranges up to
    /// <see cref="BackfillMarginBlocks"/> below the head.
    /// </summary>
    public const ulong WalkBlocksMax = 2 * BackfillMarginBlocks;

    /// <summary>
    /// Depth from which a block counts as final where providers do not say: deeper than
    /// reorganisations of chains without finality were.
    /// </summary>
    public const ulong FinalDepthBlocks = UndoBlocksMax;

    /// <summary>Pause between two looks at what a provider calls finalised. Milliseconds.</summary>
    public const ulong FinalisedPollMs = 30_000;

    /// <summary>
    /// Blocks between two comparisons with the registries while back-filling; a lie costs at most that much
    /// work again.
    /// </summary>
    public const ulong StepBlocksMax = 100_000;

    /// <summary>First range asked of a provider; most accept it.</summary>
    public const ulong RangeBlocksStart = 2_000;

    /// <summary>Largest range asked.</summary>
    public const ulong RangeBlocksMax = 100_000;

    /// <summary>Answers of full ranges in a row after which a range grows, by a half.</summary>
    public const int RangeGrowsAfter = 4;

    /// <summary>Time for which a refused range is not asked for again. Milliseconds.</summary>
    public const ulong RangeRefusalMs = 600_000;

    /// <summary>
    /// Providers that cut answers without a word do so at multiples of this; such an answer is asked for
    /// again in parts.
    /// </summary>
    public const int SuspiciousLogsMin = 500;

    /// <summary>Most logs one answer may hold; more is a refusal.</summary>
    public const int LogsPerAnswerMax = 200_000;

    /// <summary>Pause between two looks at a head that does not move. Milliseconds.</summary>
    public const ulong PollMs = 500;

    /// <summary>
    /// Times in a row a provider must name a head below ours before the chain is believed to be shorter.
    /// </summary>
    public const int ShorterHeadsBelieved = 4;

    /// <summary>
    /// Time that a table goes on being that of the last confirmed block while too few providers answer to
    /// confirm another; then those that do answer are enough, and the status says so. Milliseconds.
    /// </summary>
    public const ulong UnconfirmedAfterMs = 5_000;

    /// <summary>Blocks that a provider may be behind most others and still count.</summary>
    public const ulong BehindBlocksMax = 8;

    /// <summary>
    /// Time that a provider may be further behind before the operator is told. Milliseconds.
    /// </summary>
    public const ulong BehindNoteMs = 10_000;

    /// <summary>Time that a provider may be further behind and still count. Milliseconds.</summary>
    public const ulong BehindMsMax = 60_000;

    /// <summary>
    /// Blocks by which the mirror goes down from a height at which no block has a majority.
    /// </summary>
    public const ulong DescendBlocksMax = 8;

    /// <summary>
    /// Pause after providers named a chain that leaves the finalised block: looking costs a walk.
    /// Milliseconds.
    /// </summary>
    public const ulong RefusedPauseMs = 10_000;

    /// <summary>
    /// Asks that one provider may leave open: more would let a stalling one hold memory and sockets.
    /// </summary>
    public const int OutstandingMax = 3;

    /// <summary>An answer is late after the provider's usual time by that factor.</summary>
    public const double LateFactor = 4;

    /// <summary>Shortest time after which an answer is late. Milliseconds.</summary>
    public const ulong LateMsMin = 250;

    /// <summary>Longest time after which an answer is late. Milliseconds.</summary>
    public const ulong LateMsMax = 3_000;

    /// <summary>Answers over which the usual time of a provider is averaged.</summary>
    public const double LatencyOver = 8;

    /// <summary>Time to an answer that halves a score. Milliseconds.</summary>
    public const double ScoreLatencyMs = 1_000;

    /// <summary>Weight of a proven lie in a score; a failure has 1.</summary>
    public const double LieWeight = 8;

    /// <summary>Part of past trouble that stays in a score after a good answer.</summary>
    public const double TroubleKept = 0.98;

    /// <summary>Most trouble a score remembers, so that a provider can come back.</summary>
    public const double TroubleMax = 32;

    /// <summary>First time that a liar's logs are not used; then doubling. Milliseconds.</summary>
    public const ulong LieRestStartMs = 8_000;

    /// <summary>
    /// Time for which a provider that cannot prove, or proves wrongly, is not asked to. Milliseconds.
    /// </summary>
    public const ulong NoProofsMs = 60_000;

    /// <summary>Pause between two notes of a kind about one provider. Milliseconds.</summary>
    public const ulong NoteAgainMs = 60_000;

    /// <summary>Notes kept until they are taken.</summary>
    public const int NotesMax = 64;

    /// <summary>
    /// Times in a row that the head must be below the oldest block kept before the chain is believed to be so
    /// short: providers may lag for a while behind a snapshot.
    /// </summary>
    public const int BelowBaseBelieved = 120;

    /// <summary>First pause of a provider that failed; then doubling. Milliseconds.</summary>
    public const ulong BreakStartMs = 1_000;

    /// <summary>Pause between two looks at the chain id of a provider in use. Milliseconds.</summary>
    public const ulong ChainIdAgainMs = 60_000;

    /// <summary>Longest pause of a provider that keeps failing. Milliseconds.</summary>
    public const ulong BreakMaxMs = 60_000;

    /// <summary>Pause after nobody had logs that lead where they must. Milliseconds.</summary>
    public const ulong RetryMs = 1_000;

    /// <summary>Longest time that the mirror asks to be left alone for. Milliseconds.</summary>
    public const ulong WaitMsMax = 1_000;

    /// <summary>
    /// Questions that one call may close and open: a bound on work without an answer, never reached.
    /// </summary>
    public const int TurnsMax = 64;

    /// <summary>Code of a JSON-RPC error: there is no such method.</summary>
    public const long UnknownMethodCode = -32601;

    /// <summary>Time a provider has for one answer. Milliseconds.</summary>
    public const int AnswerMsMax = 15_000;

    /// <summary>A head older than that makes a node report itself stale. Seconds.</summary>
    public const ulong StaleSeconds = 120;

    /// <summary>Routes of a snapshot file: their digests and row numbers then fit what holds them.</summary>
    public const int SnapshotRoutesMax = 1 << 30;

    /// <summary>Nodes of a snapshot file: a thousand times what a node probes.</summary>
    public const int SnapshotNodesMax = 1 << 24;
}
