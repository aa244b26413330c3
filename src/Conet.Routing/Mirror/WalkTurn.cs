namespace Conet.Routing.Mirror;

/// <summary>What the lowest block of an <see cref="AncestorWalk"/> is to the mirrored ones.</summary>
internal enum WalkTurn
{
    /// <summary>Its parent is to be asked for.</summary>
    Apart = 0,

    /// <summary>Its parent is mirrored.</summary>
    Joined,

    /// <summary>It is the first that can hold an event.</summary>
    AtDeployment,

    /// <summary>Its parent would be below the oldest block kept.</summary>
    BelowKept,

    /// <summary>Its parent would be between two ends of ranges: what is above is of another chain.</summary>
    BetweenKept,
}
