namespace Conet.Wire.Sockets;

/// <summary>How a <see cref="CellSocket"/> talks to the system.</summary>
public enum CellSocketKind
{
    /// <summary>The best one that a probe at opening shows to work.</summary>
    Auto = 0,

    /// <summary>Linux: trains in and out (UDP_GRO, UDP_SEGMENT), many a call (recvmmsg, sendmmsg).</summary>
    LinuxSegmented,

    /// <summary>Linux: single datagrams in, trains out (UDP_SEGMENT), many a call.</summary>
    LinuxSendSegmented,

    /// <summary>Linux: single datagrams, many a call (recvmmsg, sendmmsg).</summary>
    LinuxBatched,

    /// <summary>
    /// Linux: trains in and out by io_uring. Never chosen by itself: it has no edge over
    /// <see cref="LinuxSegmented"/>.
    /// </summary>
    LinuxRing,

    /// <summary>Every system: .NET's own sockets, a datagram a call.</summary>
    Portable,
}
