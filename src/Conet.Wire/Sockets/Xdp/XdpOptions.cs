using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>What an <see cref="XdpForwarder"/> works with. Immutable.</summary>
public sealed record XdpOptions
{
    /// <summary>
    /// Ethernet interfaces that cells come in by and may leave by, 1 to
    /// <see cref="Limits.XdpInterfacesMax"/>.
    /// </summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    /// <summary>The IPv4 address and port that clients send to: no wildcard.</summary>
    public required UdpEndpoint Client { get; init; }

    /// <summary>The port of the same address that cells leave from.</summary>
    public required ushort NodePort { get; init; }

    /// <summary>Addresses the program can know.</summary>
    public int RoutesMax { get; init; } = Limits.XdpRoutesMax;

    /// <summary>Hops that are counted apart, 1 to <see cref="Limits.NextHopsMax"/>.</summary>
    public int HopsMax { get; init; } = Limits.NextHopsMax;
}

/// <summary>An interface with the program attached.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="IsNative">
/// True in the driver; false behind it, where the driver cannot (slower, the same rules).
/// </param>
public readonly record struct XdpAttachment(string Interface, bool IsNative);
