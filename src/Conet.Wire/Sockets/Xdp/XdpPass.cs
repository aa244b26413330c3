namespace Conet.Wire.Sockets;

/// <summary>
/// Why the XDP program left a packet to the socket path, unchanged. The numbers index the counters of a
/// processor.
/// </summary>
public enum XdpPass : byte
{
    /// <summary>No cell to the client port, or one in an unusual packet.</summary>
    NotACell = 0,

    /// <summary>Forwarding is off: the first table is not mirrored yet, or mirroring has failed.</summary>
    Off,

    /// <summary>
    /// For the node itself, a local addressee, or a home that only the socket path can decide on.
    /// </summary>
    Kept,

    /// <summary>Neither a mirrored route nor an address under a node.</summary>
    Unknown,

    /// <summary>No home of the destination has an endpoint.</summary>
    Unreachable,

    /// <summary>The entry was being replaced.</summary>
    Torn,

    /// <summary>The system's own routes have no neighbour for the endpoint yet, or refuse it.</summary>
    NoNeighbour,

    /// <summary>The endpoint lies behind an interface that the program is not attached to.</summary>
    OtherInterface,
}
