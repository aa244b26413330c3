namespace Conet.Routing.Mirror;

/// <summary>Why a stranger's snapshot is not used. The mirror then starts from the chain.</summary>
public enum SharedSnapshotProblem
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The file cannot be read, or ends while it is read.</summary>
    Unreadable,

    /// <summary>It is no snapshot.</summary>
    NotASnapshot,

    /// <summary>It has another version of the format.</summary>
    OtherVersion,

    /// <summary>It is of another chain or other registries.</summary>
    OtherChain,

    /// <summary>It claims more records than a snapshot may hold.</summary>
    TooLarge,

    /// <summary>
    /// Its length does not follow from its counts: it was cut off, or something stands after it.
    /// </summary>
    WrongLength,

    /// <summary>A checksum is wrong: it was damaged on the way or on the disk.</summary>
    Corrupt,

    /// <summary>Records are out of order, or one stands there twice.</summary>
    OutOfOrder,

    /// <summary>A record holds what the registries never store.</summary>
    Malformed,

    /// <summary>It does not state the events or the nodes that the registries have at its block.</summary>
    OtherState,

    /// <summary>The words in it are not those of the node registry at its block.</summary>
    NodesNotProved,

    /// <summary>The words in it are not those of the route registry at its block.</summary>
    RoutesNotProved,
}
