namespace Conet.Wire.Bodies.Control;

/// <summary>What a node says of a bucket. Source: docs/SPEC.md, section 8.1.</summary>
public enum BucketState : byte
{
    /// <summary>Its pieces can be fetched.</summary>
    Ready = 1,

    /// <summary>It is being made: ask again later.</summary>
    BeingMade = 2,

    /// <summary>Too many others are being made: ask again later, or another node.</summary>
    Busy = 3,

    /// <summary>This node makes none now: it has no table, or no provider that gives proofs.</summary>
    NotAvailable = 4,

    /// <summary>More routes than an answer holds lie under the prefix.</summary>
    TooMany = 5,
}
