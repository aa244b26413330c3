using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// What the XDP program knows, as its writer sees it. <see cref="XdpForwarder"/> has the real ones; each
/// method is explained there.
/// </summary>
public interface IXdpMaps
{
    /// <summary>Whether the program forwards.</summary>
    bool IsOn { get; set; }

    /// <summary>Sends cells for a node to an endpoint from now on.</summary>
    void SetNode(uint nodeId, in UdpEndpoint endpoint, int hop, bool ofAddresses);

    /// <summary>Leaves cells whose first reachable home is this node to the socket path.</summary>
    void KeepNode(uint nodeId);

    /// <summary>The node is not reachable.</summary>
    void ClearNode(uint nodeId);

    /// <summary>Sets the homes of addresses; false if not all of them were set.</summary>
    bool TrySetRoutes(ReadOnlySpan<byte> addresses, ReadOnlySpan<ulong> homes);

    /// <summary>Takes an address away; false if it may still be there.</summary>
    bool TryRemoveRoute(ReadOnlySpan<byte> address);
}
