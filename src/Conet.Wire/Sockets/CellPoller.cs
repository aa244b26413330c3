namespace Conet.Wire.Sockets;

/// <summary>
/// Waits until one of a few sockets can be read, a time is over, or another thread wakes it. One thread
/// waits; any thread wakes. Does not own the sockets.
/// </summary>
public abstract class CellPoller : IDisposable
{
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
    public abstract uint Wait(int timeoutMs);

    /// <summary>Ends the wait that is under way, or else the next one. Any thread.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the poller took.</summary>
    protected abstract void Dispose(bool disposing);

    private protected static int Clamp(int timeoutMs) => Math.Clamp(timeoutMs, 0, Limits.WaitMillisecondsMax);
}
