using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>One forwarding thread. Immutable.</summary>
/// <param name="Core">The core it is bound to, or -1.</param>
/// <param name="Received">Cells that came in at its sockets.</param>
/// <param name="Forwarded">Cells sent on to another node.</param>
/// <param name="Delivered">Cells sent to an attached client.</param>
/// <param name="Dropped">Cells and datagrams it dropped.</param>
/// <param name="AllocatedBytes">Bytes it took from the managed heap since its warm-up.</param>
public sealed record WorkerStatus(
    int Core, long Received, long Forwarded, long Delivered, long Dropped, long AllocatedBytes)
{
    internal static WorkerStatus Of<TRoutes>(UdpWorkerThread<TRoutes> worker)
        where TRoutes : struct, IRouteLookup => new(
            worker.Core,
            (long)(worker.Counters.Received(CellRole.ClientPort)
                + worker.Counters.Received(CellRole.NodePort)),
            (long)worker.Counters.Forwarded,
            (long)worker.Counters.Delivered,
            (long)worker.Counters.DroppedInAll(),
            worker.AllocatedBytes);
}
