namespace Conet.Wire.Sockets;

/// <summary>
/// Waits until one of a few sockets can be read, a time is over, or another thread wakes it. One thread
/// waits; any thread wakes or disposes. Does not own the sockets.
/// </summary>
public abstract class CellPoller : IDisposable
{
    private readonly object _closing = new();
    private bool _isWaiting;
    private bool _isClosed;

    private protected CellPoller()
    {
    }

    /// <summary>
    /// Makes the poller that fits the sockets; at most 32 of them, which share it in their order.
    /// </summary>
    public static CellPoller Create(params ReadOnlySpan<CellSocket> sockets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sockets.Length, 32, nameof(sockets));
        foreach (CellSocket socket in sockets)
        {
            if (socket.Kind == CellSocketKind.Portable)
                return new PortablePoller(sockets);
        }

        return new LinuxPoller(sockets);
    }

    /// <summary>
    /// Waits. Returns a bit per socket that can be read or has an error to report, the first socket's lowest;
    /// 0 after the time, a wake-up or a signal.
    /// </summary>
    /// <param name="timeoutMs">0 to <see cref="Limits.WaitMillisecondsMax"/>; longer is cut to it.</param>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public uint Wait(int timeoutMs)
    {
        lock (_closing)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _isWaiting = true;
        }

        try
        {
            return WaitForAny(Math.Clamp(timeoutMs, 0, Limits.WaitMillisecondsMax));
        }
        finally
        {
            lock (_closing)
            {
                _isWaiting = false;
                Monitor.PulseAll(_closing);
            }
        }
    }

    /// <summary>Ends the wait that is under way, or else the next one. Any thread.</summary>
    public void Wake()
    {
        lock (_closing)
        {
            if (!_isClosed)
                Signal();
        }
    }

    /// <summary>
    /// Ends the wait that is under way, waits until it has ended, and frees what the poller took.
    /// </summary>
    public void Dispose()
    {
        lock (_closing)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            Signal();
            while (_isWaiting)
                Monitor.Wait(_closing);
        }

        Free();
        GC.SuppressFinalize(this);
    }

    private protected abstract uint WaitForAny(int timeoutMs);

    private protected abstract void Signal();

    private protected abstract void Free();
}
