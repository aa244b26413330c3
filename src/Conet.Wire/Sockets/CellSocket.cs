using System.Net;
using System.Net.Sockets;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// A bound UDP socket that receives and sends cells in batches and never blocks. One surface over several
/// ways to talk to the system. One thread at a time. Errors of the network are counted, never thrown.
/// </summary>
public abstract class CellSocket : IDisposable
{
    private static readonly bool _isLinux = OperatingSystem.IsLinux()
        && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    private static readonly CellSocketKind[] _byPreference =
    [
        CellSocketKind.LinuxSegmented, CellSocketKind.LinuxSendSegmented, CellSocketKind.LinuxBatched,
        CellSocketKind.Portable,
    ];

    private protected CellSocket(Socket socket, CellSocketKind kind)
    {
        Socket = socket;
        Kind = kind;
        LocalEndpoint = UdpEndpoint.From((IPEndPoint)socket.LocalEndPoint!);
    }

    /// <summary>Which implementation this is; never <see cref="CellSocketKind.Auto"/>.</summary>
    public CellSocketKind Kind { get; }

    /// <summary>The address and port it is bound to.</summary>
    public UdpEndpoint LocalEndpoint { get; }

    /// <summary>Errors that receives reported (ICMP and others); one thread writes, any reads.</summary>
    public abstract ulong ReceiveErrors { get; }

    /// <summary>
    /// Whether datagrams wait that the system has already handed over, so that a poll would not show them.
    /// </summary>
    internal virtual bool HasReceived => false;

    private protected Socket Socket { get; }

    internal Socket Inner => Socket;

    /// <summary>Opens and binds a socket.</summary>
    /// <exception cref="CellSocketException">
    /// It cannot be bound, or a forced implementation does not work here.
    /// </exception>
    public static CellSocket Open(CellSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CellSocketKind kind = Choose(options.Kind);
        Socket socket = Bind(options, kind);
        try
        {
            return kind switch
            {
                CellSocketKind.Portable => new PortableCellSocket(socket),
                CellSocketKind.LinuxRing => new LinuxRingSocket<LinuxRingCalls>(socket, default),
                _ => new LinuxCellSocket<LinuxCalls>(socket, default, kind),
            };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an implementation works on this system.</summary>
    public static bool IsSupported(CellSocketKind kind) => kind switch
    {
        CellSocketKind.Auto or CellSocketKind.Portable => true,
        CellSocketKind.LinuxBatched => _isLinux,
        CellSocketKind.LinuxSendSegmented => _isLinux && LinuxSegmentation.CanSend,
        CellSocketKind.LinuxSegmented =>
            _isLinux && LinuxSegmentation.CanReceive && LinuxSegmentation.CanSend,
        CellSocketKind.LinuxRing => IsSupported(CellSocketKind.LinuxSegmented) && LinuxRingProbe.IsSupported,
        _ => false,
    };

    /// <summary>A batch of the shape that this implementation receives best; the caller owns it.</summary>
    public abstract CellBatch CreateBatch();

    /// <summary>
    /// Receives what is there, up to the batch's slots, and returns at once. False if there was nothing.
    /// </summary>
    /// <param name="batch">Cleared and filled; must not have cells queued on any socket.</param>
    public abstract bool Receive(CellBatch batch);

    /// <summary>
    /// Queues cells of a batch for one endpoint, in order. Nothing is copied: the batch must stay as it is
    /// until <see cref="Flush"/>. When the queue is full it is flushed first.
    /// </summary>
    /// <param name="batch">Where the cells lie.</param>
    /// <param name="cells">Which of them.</param>
    /// <param name="to">Where they go; not checked here.</param>
    public abstract void Queue(CellBatch batch, ReadOnlySpan<int> cells, in UdpEndpoint to);

    /// <summary>
    /// Sends what is queued and returns at once. With a full send buffer the newest are dropped.
    /// </summary>
    /// <param name="tally">Receives what became of every cell queued since the last flush; added to.</param>
    public abstract void Flush(ref SendTally tally);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the socket and frees native memory.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Socket.Dispose();
    }

    private static CellSocketKind Choose(CellSocketKind wished)
    {
        if (wished == CellSocketKind.Auto)
            return _byPreference.First(IsSupported);
        if (!IsSupported(wished))
            throw new CellSocketException($"sockets of kind {wished} do not work on this system");
        return wished;
    }

    private static Socket Bind(CellSocketOptions options, CellSocketKind kind)
    {
        Socket socket = new(options.Local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Blocking = false;
            if (options.Local.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = options.Local.Address.Equals(IPAddress.IPv6Any);
            if (options.ReusePort)
                SocketTuning.ReusePort(socket);
            SocketTuning.GrowBuffers(socket, options.BufferBytes);
            SocketTuning.IgnoreUnreachable(socket);
            socket.Bind(options.Local);
            return socket;
        }
        catch (Exception error) when (error is SocketException or PlatformNotSupportedException)
        {
            socket.Dispose();
            string reason = $"cannot bind UDP {options.Local} ({kind}): {error.Message}";
            throw new CellSocketException(reason, error);
        }
    }
}
