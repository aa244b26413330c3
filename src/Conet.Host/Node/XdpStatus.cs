using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// What the XDP program does. Its cells are also in the totals of the node and its links.
/// </summary>
public sealed record XdpStatus
{
    /// <summary>Whether it forwards: the table is mirrored, and the kernel took all of it.</summary>
    public bool IsOn { get; init; }

    /// <summary>Where it is attached.</summary>
    public IReadOnlyList<XdpAttachment> Interfaces { get; init; } = [];

    /// <summary>Cells it handed to a driver.</summary>
    public long Forwarded { get; init; }

    /// <summary>Packets it left to the socket path, by reason.</summary>
    public IReadOnlyList<NamedCount> Passed { get; init; } = [];

    /// <summary>Addresses it knows.</summary>
    public int Addresses { get; init; }

    /// <summary>Routes that found no room.</summary>
    public int LeftOut { get; init; }
}
