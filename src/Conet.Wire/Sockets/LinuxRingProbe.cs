using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;

namespace Conet.Wire.Sockets;

/// <summary>
/// Whether io_uring works here, with all that <see cref="LinuxRingSocket{TCalls}"/> needs of it; tried once,
/// with cells of its own to itself. It is often switched off, or forbidden in containers.
/// </summary>
internal static class LinuxRingProbe
{
    private const int WaitMs = 200;

    private static readonly Lazy<bool> _isSupported = new(Probe);

    public static bool IsSupported => _isSupported.Value;

    private static bool Probe()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Blocking = false;
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            using LinuxRingSocket<LinuxRingCalls> ring = new(socket, default);
            using CellBatch cells = new(2, CellLayout.Size);
            while (cells.TryAdd(out _))
            {
            }

            SendTally tally = default;
            ring.Queue(cells, [0, 1], ring.LocalEndpoint);
            ring.Flush(ref tally);
            using CellBatch received = ring.CreateBatch();
            return tally.Sent == 2 && socket.Poll(WaitMs * 1_000, SelectMode.SelectRead)
                && ring.Receive(received) && received.Count == 2;
        }
        catch (Exception error) when (error is CellSocketException or SocketException)
        {
            return false;
        }
    }
}
