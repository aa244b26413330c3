namespace Conet.Routing.Mirror;

/// <summary>Parts of a shared snapshot, in the order of the file.</summary>
internal enum SharedSnapshotPart
{
    /// <summary>Records of nodes: the node with id i + 1 at index i.</summary>
    Nodes = 0,

    /// <summary>Points of keys that nodes used before, and the node.</summary>
    Keys,

    /// <summary>Signers that nodes used before, and the node.</summary>
    Signers,

    /// <summary>Other words of the node registry.</summary>
    NodeWords,

    /// <summary>Routes by wallet.</summary>
    Routes,

    /// <summary>Other words of the route registry.</summary>
    RouteWords,
}
