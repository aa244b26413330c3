namespace Conet.Routing.Mirror;

/// <summary>Every bound of the mirror, each with its reason.</summary>
public static class MirrorLimits
{
    /// <summary>
    /// Blocks that can be undone one by one; a deeper reorg starts anew from the finalised base.
    /// </summary>
    public const int UndoBlocksMax = 128;

    /// <summary>
    /// Blocks undone without getting any further before a provider is put aside; a new beginning counts as
    /// <see cref="UndoBlocksMax"/>. One reorganisation deeper than what is kept stays below.
    /// </summary>
    public const int UndoneInRowMax = 3 * UndoBlocksMax;

    /// <summary>
    /// Blocks below the head that back-filling leaves to the careful walk: deeper than reorgs seen in
    /// practice.
    /// </summary>
    public const ulong BackfillMarginBlocks = 16;

    /// <summary>First range asked of a provider; most accept it.</summary>
    public const ulong RangeBlocksStart = 2_000;

    /// <summary>Largest range asked.</summary>
    public const ulong RangeBlocksMax = 100_000;

    /// <summary>Most logs one answer may hold; more is a refusal.</summary>
    public const int LogsPerAnswerMax = 200_000;

    /// <summary>Pause between two looks at a head that does not move. Milliseconds.</summary>
    public const ulong PollMs = 500;

    /// <summary>
    /// Times in a row a provider must name a head below ours before the chain is believed to be shorter.
    /// </summary>
    public const int ShorterHeadsBelieved = 4;

    /// <summary>First pause of a provider that failed; then doubling. Milliseconds.</summary>
    public const ulong BreakStartMs = 1_000;

    /// <summary>Longest pause of a provider that keeps failing. Milliseconds.</summary>
    public const ulong BreakMaxMs = 60_000;

    /// <summary>Time a provider has for one answer. Milliseconds.</summary>
    public const int AnswerMsMax = 15_000;

    /// <summary>A head older than that makes a node report itself stale. Seconds.</summary>
    public const ulong StaleSeconds = 120;

    /// <summary>Routes of a snapshot file: their digests and row numbers then fit what holds them.</summary>
    public const int SnapshotRoutesMax = 1 << 30;

    /// <summary>Nodes of a snapshot file: a thousand times what a node probes.</summary>
    public const int SnapshotNodesMax = 1 << 24;
}
