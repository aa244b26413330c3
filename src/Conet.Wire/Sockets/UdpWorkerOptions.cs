using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// What a <see cref="UdpWorker{TRoutes}"/> works with. Immutable; nothing in it is owned by the worker.
/// </summary>
public sealed record UdpWorkerOptions
{
    /// <summary>The socket of this worker at the client port.</summary>
    public required CellSocket ClientSocket { get; init; }

    /// <summary>The socket of this worker at the node port.</summary>
    public required CellSocket NodeSocket { get; init; }

    /// <summary>The node's own address, 20 bytes.</summary>
    public required ReadOnlyMemory<byte> OwnAddress { get; init; }

    /// <summary>Local addressees; shared by all workers.</summary>
    public required LocalTable Locals { get; init; }

    /// <summary>Attached endpoints by handle; shared by all workers.</summary>
    public required EndpointTable LocalEndpoints { get; init; }

    /// <summary>Node ports of next hops by hop index; shared by all workers.</summary>
    public required EndpointTable HopEndpoints { get; init; }

    /// <summary>Where control cells go; shared by all workers.</summary>
    public required CellQueue ControlQueue { get; init; }

    /// <summary>Rates of control; this worker's alone.</summary>
    public required ControlGate ControlGate { get; init; }

    /// <summary>Whether the node's own cells may go to loopback and private addresses.</summary>
    public required bool DevelopmentChain { get; init; }

    /// <summary>The index that the look-up uses for this node itself, or -1 if it has none.</summary>
    public int SelfHop { get; init; } = -1;

    /// <summary>Cells of the node's own that may wait for this worker.</summary>
    public int OutgoingQueueCells { get; init; } = Limits.OutgoingQueueCells;
}
