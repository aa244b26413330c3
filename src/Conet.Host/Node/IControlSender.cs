using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>Where the control plane hands its cells to.</summary>
public interface IControlSender
{
    /// <summary>Sends one cell, or drops it if that can't be done now. Never blocks.</summary>
    /// <param name="cell">1160 bytes; free again when the call returns.</param>
    /// <param name="to">Where to.</param>
    /// <param name="from">From which of the node's ports.</param>
    void Send(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from);
}
