using System.Net;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>What a <see cref="NodeRuntime{THomes}"/> works with. Immutable.</summary>
public sealed record NodeRuntimeOptions
{
    /// <summary>Own id, or 0: the record that <see cref="Signer"/> signs for.</summary>
    public NodeId NodeId { get; init; }

    /// <summary>Chain id and route registry.</summary>
    public required NetworkId Network { get; init; }

    /// <summary>Signs probes; the runtime disposes it.</summary>
    public required Wallet Signer { get; init; }

    /// <summary>Opens control; the runtime disposes it.</summary>
    public required SealKey SealKey { get; init; }

    /// <summary>Address and UDP port for clients; port 0 takes a free one.</summary>
    public required IPEndPoint Client { get; init; }

    /// <summary>Address and UDP port for nodes; port 0 takes a free one.</summary>
    public required IPEndPoint Node { get; init; }

    /// <summary>TCP port on 127.0.0.1; 0 takes a free one, null is none.</summary>
    public int? HttpPort { get; init; }

    /// <summary>Forwarding threads, 1 to 256.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Whether each worker is bound to a core of its own; null: when there are several, so that nodes of one
    /// worker that share a machine do not share its first core.
    /// </summary>
    public bool? PinWorkers { get; init; }

    /// <summary>Bounds.</summary>
    public NodeLimits Limits { get; init; } = new();

    /// <summary>How sockets talk to the system.</summary>
    public CellSocketKind SocketKind { get; init; }

    /// <summary>Interfaces on which known cells are forwarded in the driver; empty for none.</summary>
    public IReadOnlyList<string> XdpInterfaces { get; init; } = [];

    /// <summary>Whether loopback and private endpoints may be sent to: only on a development chain.</summary>
    public bool IsDevelopmentChain => Network.ChainId is 1337 or 31337;
}
