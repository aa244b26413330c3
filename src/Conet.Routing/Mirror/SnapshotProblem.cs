namespace Conet.Routing.Mirror;

/// <summary>Why a snapshot file is not used. The mirror then starts from the chain.</summary>
public enum SnapshotProblem
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>There is no file.</summary>
    Missing,

    /// <summary>It cannot be read, or is larger than a snapshot may be.</summary>
    Unreadable,

    /// <summary>It is no snapshot.</summary>
    NotASnapshot,

    /// <summary>It has another version of the format.</summary>
    OtherVersion,

    /// <summary>It is of another chain or other registries.</summary>
    OtherChain,

    /// <summary>It was written with another node's key.</summary>
    Foreign,

    /// <summary>Its length does not follow from its counts, or its checksum is wrong.</summary>
    Corrupt,

    /// <summary>A record in it is malformed or out of order, although the checksum is right.</summary>
    Malformed,
}
