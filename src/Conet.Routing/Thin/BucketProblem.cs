namespace Conet.Routing.Thin;

/// <summary>Why a bucket is refused.</summary>
public enum BucketProblem
{
    /// <summary>It holds.</summary>
    None = 0,

    /// <summary>The bytes are not as docs/SPEC.md, section 8.1, has them.</summary>
    Malformed,

    /// <summary>It is of another chain or registry.</summary>
    WrongNetwork,

    /// <summary>It is of another prefix than one of those that may answer what was asked.</summary>
    WrongPrefix,

    /// <summary>It holds fewer routes than hide the one asked for, and is not the whole table.</summary>
    TooFew,

    /// <summary>Its block is not the one that the header source has at that number.</summary>
    WrongBlock,

    /// <summary>Its block is too old, or in the future.</summary>
    Stale,

    /// <summary>The account proof does not hold against the block's state root.</summary>
    BadAccountProof,

    /// <summary>A word of a route is not the one that its storage proof shows.</summary>
    BadStorageProof,

    /// <summary>It holds a record that the registry never accepts.</summary>
    BadRecord,
}
