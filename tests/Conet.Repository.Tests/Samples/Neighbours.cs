using System.Net;
using System.Net.Sockets;

namespace Conet.Repository.Tests.Samples;

/// <summary>Next hops as plain sockets on 127.0.0.1, and the client that sends.</summary>
internal sealed class Neighbours : IDisposable
{
    private const int CellBytes = 1_160;

    private readonly Socket _client = Open();
    private readonly Socket[] _hops;
    private readonly List<byte[]>[] _expected;
    private readonly Random _random;

    public Neighbours(int count, int seed)
    {
        _hops = [.. Enumerable.Range(0, count).Select(_ => Open())];
        _expected = [.. _hops.Select(_ => new List<byte[]>())];
        _random = new Random(seed);
    }

    public IEnumerable<string> Endpoints => _hops.Select(hop => hop.LocalEndPoint!.ToString()!);

    /// <summary>Random bytes after a destination.</summary>
    public byte[] CellTo(ReadOnlySpan<byte> destination)
    {
        byte[] cell = new byte[CellBytes];
        _random.NextBytes(cell);
        destination.CopyTo(cell);
        return cell;
    }

    /// <summary>Sends a datagram that is to arrive at a hop, or, for -1, nowhere.</summary>
    public void Send(byte[] datagram, IPEndPoint to, int hop)
    {
        _client.SendTo(datagram, to);
        if (hop >= 0)
            _expected[hop].Add(datagram);
    }

    /// <summary>
    /// Every cell since the last call came to the hop it was for, once, and nothing else came anywhere.
    /// Called often enough, no socket's buffer is ever full.
    /// </summary>
    public void AssertArrived()
    {
        foreach ((int hop, List<byte[]> cells) in _expected.Index())
        {
            byte[] buffer = new byte[CellBytes + 1];
            List<string> got = [];
            while (got.Count < cells.Count)
                got.Add(Convert.ToHexString(buffer, 0, _hops[hop].Receive(buffer)));
            Assert.Equal(cells.Select(Convert.ToHexString).Order(), got.Order());
            Assert.Equal(0, _hops[hop].Available);
            cells.Clear();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        foreach (Socket hop in _hops)
            hop.Dispose();
    }

    private static Socket Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 60_000,
            ReceiveBufferSize = 1 << 20,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
