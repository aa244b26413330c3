using System.Net;

namespace Conet.Wire.Sockets;

/// <summary>What a <see cref="CellSocket"/> is opened with. Immutable.</summary>
public sealed record CellSocketOptions
{
    /// <summary>Address and port to bind; port 0 takes a free one. [::] takes IPv4 too.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Which implementation; a forced one that does not work here is an error.</summary>
    public CellSocketKind Kind { get; init; }

    /// <summary>
    /// Whether other sockets of this process may bind the same port, to share its load (SO_REUSEPORT).
    /// </summary>
    public bool ReusePort { get; init; }

    /// <summary>Bytes asked for as receive and as send buffer; the system may give less.</summary>
    public int BufferBytes { get; init; } = Limits.SocketBufferBytes;
}
