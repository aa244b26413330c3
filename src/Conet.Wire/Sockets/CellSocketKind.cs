namespace Conet.Wire.Sockets;

/// <summary>How a <see cref="CellSocket"/> talks to the system.</summary>
public enum CellSocketKind
{
    /// <summary>The best one that a probe at opening shows to work.</summary>
    Auto = 0,

    /// <summary>Linux: trains in and out (UDP_GRO, UDP_SEGMENT), many a call (recvmmsg, sendmmsg).</summary>
    LinuxSegmented,

    /// <summary>Linux: single datagrams, many a call (recvmmsg, sendmmsg).</summary>
    LinuxBatched,

    /// <summary>Every system: .NET's own sockets, a datagram a call.</summary>
    Portable,
}
