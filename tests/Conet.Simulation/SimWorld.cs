using System.Net;
using Conet.Wire.Forwarding;

namespace Conet.Simulation;

/// <summary>What a datagram is for, known to the simulation alone: nothing on the wire tells it.</summary>
internal enum Purpose
{
    /// <summary>Between a client and its entry or home.</summary>
    Client,

    /// <summary>Sent on by the forwarder of a node to another node.</summary>
    Forward,

    /// <summary>Delivered by the forwarder of a node to an attached client.</summary>
    Delivery,

    /// <summary>Made by a node itself: answers and probes.</summary>
    Control,
}

/// <summary>
/// A datagram under way. Hops counts the nodes that have forwarded or delivered this very cell.
/// </summary>
internal sealed record Datagram(UdpEndpoint From, UdpEndpoint To, byte[] Bytes, Purpose Purpose, int Hops);

/// <summary>
/// A network in one thread with a clock of its own: datagrams are lost, doubled and reordered as the
/// seed says. Sockets are handlers by endpoint; a translator maps a private endpoint to a public one
/// that may change at any moment.
/// </summary>
internal sealed class SimWorld(int seed)
{
    private readonly PriorityQueue<(Datagram? Datagram, Action? Timer), (long AtMs, long Order)> _queue =
        new();
    private readonly Dictionary<UdpEndpoint, Action<Datagram>> _sockets = [];
    private readonly Dictionary<UdpEndpoint, UdpEndpoint> _publicOf = [];
    private readonly Dictionary<UdpEndpoint, UdpEndpoint> _privateOf = [];
    private long _order;
    private int _nextPort = 20_000;

    public const ulong EpochMs = 1_700_000_000_000;

    public Random Random { get; } = new(seed);

    public long NowMs { get; private set; }

    public double Loss { get; set; }

    public double Duplication { get; set; }

    public int DelayMsMax { get; set; } = 1;

    public int HopsSeenMax { get; private set; }

    public long Delivered { get; private set; }

    /// <summary>Everything that was ever handed to the network, for what must never be sent.</summary>
    public Action<Datagram>? Observer { get; set; }

    public static UdpEndpoint Endpoint(string address, int port) =>
        UdpEndpoint.From(new IPEndPoint(IPAddress.Parse(address), port));

    public void Bind(UdpEndpoint endpoint, Action<Datagram> handler) => _sockets.Add(endpoint, handler);

    /// <summary>Puts an endpoint behind a translator, or gives it a new public one.</summary>
    public UdpEndpoint Translate(UdpEndpoint inside)
    {
        if (_publicOf.TryGetValue(inside, out UdpEndpoint old))
            _privateOf.Remove(old);
        UdpEndpoint outside = Endpoint("203.0.113.77", _nextPort++);
        _publicOf[inside] = outside;
        _privateOf[outside] = inside;
        return outside;
    }

    public void Send(Datagram datagram)
    {
        Datagram seen = _publicOf.TryGetValue(datagram.From, out UdpEndpoint outside)
            ? datagram with { From = outside }
            : datagram;
        HopsSeenMax = Math.Max(HopsSeenMax, seen.Hops);
        Observer?.Invoke(seen);
        int copies = 1 + (Random.NextDouble() < Duplication ? 1 : 0);
        for (int copy = 0; copy < copies; copy++)
        {
            if (Random.NextDouble() >= Loss)
                _queue.Enqueue((seen, null), (NowMs + Random.Next(1, DelayMsMax + 1), _order++));
        }
    }

    public void Every(long intervalMs, Action action)
    {
        void Again()
        {
            action();
            _queue.Enqueue((null, Again), (NowMs + intervalMs, _order++));
        }

        _queue.Enqueue((null, Again), (NowMs + Random.Next(1, (int)intervalMs + 1), _order++));
    }

    public void RunUntil(long endMs)
    {
        while (_queue.TryPeek(out var next, out var when) && when.AtMs <= endMs)
        {
            _queue.Dequeue();
            NowMs = when.AtMs;
            next.Timer?.Invoke();
            if (next.Datagram is not Datagram datagram)
                continue;
            UdpEndpoint to = _privateOf.TryGetValue(datagram.To, out UdpEndpoint inside)
                ? inside
                : datagram.To;
            if (!_sockets.TryGetValue(to, out Action<Datagram>? handler))
                continue;
            Delivered++;
            handler(datagram);
        }

        NowMs = endMs;
    }
}
