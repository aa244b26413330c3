namespace Conet.Routing.Mirror;

/// <summary>Every bound of snapshots that strangers give, each with its reason.</summary>
public static class SharedSnapshotLimits
{
    /// <summary>Most routes: a file of 40 GB. Larger networks are for nodes that keep a part of it.</summary>
    public const long RoutesMax = 1L << 28;

    /// <summary>Most nodes, and most keys or signers that nodes used before.</summary>
    public const long NodesMax = 1L << 24;

    /// <summary>
    /// Most words of a registry beside those that the format names: none on a public chain; anvil keeps
    /// leaves of zero.
    /// </summary>
    public const long OtherWordsMax = 1L << 20;

    /// <summary>Blocks that a maker reads the node registry's events from at once.</summary>
    public const ulong EventRangeBlocks = 10_000;

    /// <summary>
    /// Time for all providers to say which block they have, and one to prove it. Milliseconds.
    /// </summary>
    public const int ProofMilliseconds = 30_000;
}
