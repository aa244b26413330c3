namespace Conet.Wire.Forwarding;

/// <summary>
/// Why a cell or a datagram was dropped. Every drop has a reason and a counter; none is answered or logged.
/// The numbers index <see cref="ForwardingCounters"/>; they are not on the wire.
/// </summary>
public enum DropReason : byte
{
    /// <summary>Not dropped.</summary>
    None = 0,

    /// <summary>A datagram that is not one cell, or a train that is not cut into cells.</summary>
    WrongSize,

    /// <summary>No route and no node prefix matches the destination.</summary>
    UnknownDestination,

    /// <summary>This node is a home of the destination, and nobody is attached under it.</summary>
    AddresseeAbsent,

    /// <summary>The look-up named this node itself as the next hop.</summary>
    NextHopIsSelf,

    /// <summary>No home of the destination has answered a probe, or its endpoint is gone.</summary>
    NextHopUnreachable,

    /// <summary>Came in at the node port for an addressee of another node: two tables disagree.</summary>
    CrossedRoute,

    /// <summary>Control, and the queue of control cells was full.</summary>
    ControlQueueFull,

    /// <summary>Control, and its source prefix had used up its rate.</summary>
    ControlRateLimited,

    /// <summary>The socket's send buffer was full; the newest cells are dropped.</summary>
    SendQueueFull,

    /// <summary>The kernel refused the send for another reason.</summary>
    SendFailed,

    /// <summary>
    /// The neighbour or a router refused earlier cells (ICMP), and the kernel said so at this send.
    /// </summary>
    SendRefused,

    /// <summary>An endpoint that must never be sent to (docs/SPEC.md, section 10).</summary>
    ForbiddenEndpoint,

    /// <summary>The client left between the look-up and the send.</summary>
    EndpointGone,

    /// <summary>The queue of the node's own cells was full.</summary>
    OutgoingQueueFull,
}
