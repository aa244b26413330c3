namespace Conet.Wire.Forwarding;

/// <summary>
/// The port a cell arrived on, or leaves from. The role of a cell is its port, never its source address.
/// Source: docs/SPEC.md, section 10.
/// </summary>
public enum CellRole : byte
{
    /// <summary>The client port: cells of clients, which may be forwarded once.</summary>
    ClientPort = 0,

    /// <summary>The node port: cells of other nodes, which are delivered or dropped.</summary>
    NodePort = 1,
}
