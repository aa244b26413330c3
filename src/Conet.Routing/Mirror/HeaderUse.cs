namespace Conet.Routing.Mirror;

/// <summary>What a vote on the header at a number is for.</summary>
internal enum HeaderUse
{
    /// <summary>The block to follow to.</summary>
    Target = 0,

    /// <summary>Whether the mirror's tip is still on the chain.</summary>
    Tip,

    /// <summary>The end of a range to back-fill.</summary>
    RangeEnd,

    /// <summary>The next block on the way down to the common ancestor.</summary>
    Walk,

    /// <summary>Whether a snapshot is of the chain.</summary>
    Snapshot,
}
