using System.Net;
using System.Net.Sockets;

namespace Conet.Wire.Sockets;

/// <summary>Select over the sockets and a loopback socket that sends to itself to wake.</summary>
internal sealed class PortablePoller : CellPoller
{
    private static readonly byte[] _signal = [0];

    private readonly CellSocket[] _cellSockets;
    private readonly Socket[] _sockets;
    private readonly Socket _wake;
    private readonly List<Socket> _readable;
    private readonly byte[] _discarded = new byte[1];

    public PortablePoller(ReadOnlySpan<CellSocket> sockets)
    {
        _cellSockets = sockets.ToArray();
        _sockets = new Socket[sockets.Length];
        for (int index = 0; index < sockets.Length; index++)
            _sockets[index] = sockets[index].Inner;
        _wake = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
        _wake.Blocking = false;
        _readable = new List<Socket>(sockets.Length + 1);
    }

    private protected override uint WaitForAny(int timeoutMs)
    {
        uint ready = 0;
        for (int index = 0; index < _cellSockets.Length; index++)
        {
            if (_cellSockets[index].HasReceived)
                ready |= 1u << index;
        }

        _readable.Clear();
        _readable.AddRange(_sockets);
        _readable.Add(_wake);
        try
        {
            Socket.Select(_readable, null, null, ready == 0 ? timeoutMs * 1_000 : 0);
        }
        catch (SocketException)
        {
            return ready;
        }

        foreach (Socket socket in _readable)
        {
            int index = Array.IndexOf(_sockets, socket);
            if (index >= 0)
                ready |= 1u << index;
            else
                Discard();
        }

        return ready;
    }

    private protected override void Signal() =>
        _wake.Send(_signal, 0, _signal.Length, SocketFlags.None, out _);

    private protected override void Free() => _wake.Dispose();

    private void Discard()
    {
        while (_wake.Available > 0)
            _wake.Receive(_discarded, 0, _discarded.Length, SocketFlags.None, out _);
    }
}
