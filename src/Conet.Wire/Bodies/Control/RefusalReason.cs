namespace Conet.Wire.Bodies.Control;

/// <summary>Why a node declines. Source: docs/SPEC.md, section 8.</summary>
public enum RefusalReason : ushort
{
    /// <summary>No attachment has this token (any more).</summary>
    UnknownToken = 1,

    /// <summary>The node's table is full.</summary>
    NoRoom = 2,

    /// <summary>The wished lease is out of range.</summary>
    LeaseOutOfRange = 3,

    /// <summary>The attachment holds as many aliases as it may.</summary>
    TooManyAliases = 4,
}
