using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// .NET's own socket, a datagram a call, on every system. Nothing is allocated unless the system reports an
/// error.
/// </summary>
internal sealed class PortableCellSocket : CellSocket
{
    // Where .NET's SocketAddress has them, on every system.
    private const int PortOffset = 2;
    private const int Ipv4Offset = 4;
    private const int Ipv6Offset = 8;
    private const int QueueCellsMax = Limits.BatchCellsMax;

    private readonly SocketAddress _source;
    private readonly SocketAddress _target;
    private readonly UdpEndpoint[] _to = new UdpEndpoint[QueueCellsMax];
    private readonly int[] _cells = new int[QueueCellsMax];
    private readonly bool _ipv6;
    private CellBatch? _batch;
    private int _queued;
    private ulong _receiveErrors;
    private SendTally _tally;
    private bool _isDisposed;

    public PortableCellSocket(Socket socket)
        : base(socket, CellSocketKind.Portable)
    {
        _ipv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        _source = new SocketAddress(socket.AddressFamily);
        _target = new IPEndPoint(_ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Serialize();
    }

    public override ulong ReceiveErrors => Volatile.Read(ref _receiveErrors);

    public override CellBatch CreateBatch() =>
        new(Limits.ReceiveDatagramsMax, Limits.DatagramBufferBytes);

    public override bool Receive(CellBatch batch)
    {
        ThrowIfDisposed();
        batch.ClearToWrite();
        while (batch.UsedSlots < batch.Slots)
        {
            try
            {
                // Asked first, because .NET reports an empty socket with an exception.
                if (!Socket.Poll(0, SelectMode.SelectRead))
                    break;
                int bytes = Socket.ReceiveFrom(batch.SlotAt(batch.UsedSlots), SocketFlags.None, _source);
                batch.Accept(bytes, segmentBytes: 0, isTruncated: false, ReadSource());
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
            {
                batch.Accept(batch.SlotBytes, segmentBytes: 0, isTruncated: true, ReadSource());
            }
            catch (SocketException error)
            {
                if (error.SocketErrorCode != SocketError.WouldBlock)
                    Volatile.Write(ref _receiveErrors, _receiveErrors + 1);
                break;
            }
        }

        return batch.UsedSlots > 0;
    }

    public override void Queue(CellBatch batch, ReadOnlySpan<int> cells, in UdpEndpoint to)
    {
        ThrowIfDisposed();
        if (!_ipv6 && !to.IsIPv4)
        {
            _tally.Failed += cells.Length;
            return;
        }

        if (!ReferenceEquals(batch, _batch))
            Send();
        _batch = batch;
        foreach (int cell in cells)
        {
            if (_queued == QueueCellsMax)
                Send();
            _batch = batch;
            _to[_queued] = to;
            _cells[_queued++] = cell;
        }
    }

    public override void Flush(ref SendTally tally)
    {
        ThrowIfDisposed();
        Send();
        tally.Add(_tally);
        _tally = default;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _isDisposed = true;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    private UdpEndpoint ReadSource()
    {
        ReadOnlySpan<byte> bytes = _source.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return _source.Family == AddressFamily.InterNetwork
            ? UdpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[Ipv4Offset..]), port)
            : new UdpEndpoint(bytes.Slice(Ipv6Offset, UdpEndpoint.AddressSize), port);
    }

    private void WriteTarget(in UdpEndpoint to)
    {
        Span<byte> bytes = _target.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], to.Port);
        if (_ipv6)
            to.CopyAddressTo(bytes[Ipv6Offset..]);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes[Ipv4Offset..], to.IPv4);
    }

    private void Send()
    {
        for (int index = 0; index < _queued; index++)
        {
            if (index == 0 || _to[index] != _to[index - 1])
                WriteTarget(_to[index]);
            SocketError error = SendOne(_batch!.CellAt(_cells[index]));
            if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
            {
                _tally.QueueFull += _queued - index;
                break;
            }

            Count(error);
        }

        _queued = 0;
        _batch = null;
    }

    private SocketError SendOne(ReadOnlySpan<byte> cell)
    {
        try
        {
            Socket.SendTo(cell, SocketFlags.None, _target);
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    private void Count(SocketError error)
    {
        switch (error)
        {
            case SocketError.Success:
                _tally.Sent++;
                _tally.Messages++;
                break;
            case SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable
                or SocketError.NetworkUnreachable or SocketError.HostDown:
                _tally.Refused++;
                break;
            default:
                _tally.Failed++;
                break;
        }
    }
}
