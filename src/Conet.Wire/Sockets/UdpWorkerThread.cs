using Conet.Wire.Forwarding;

namespace Conet.Wire.Sockets;

/// <summary>
/// A <see cref="UdpWorker{TRoutes}"/> on a thread of its own. Once it has run for a while it publishes what
/// the thread took from the managed heap since, which stays at zero.
/// </summary>
/// <typeparam name="TRoutes">The route table; a struct that holds where the latest snapshot is.</typeparam>
public sealed class UdpWorkerThread<TRoutes> : IDisposable
    where TRoutes : struct, IRouteLookup
{
    private readonly UdpWorker<TRoutes> _worker;
    private readonly TRoutes _routes;
    private readonly Action<Exception>? _onFault;
    private readonly Thread _thread;
    private readonly int _wishedCore;
    private volatile int _core = WorkerCores.Any;
    private volatile bool _isStopping;
    private int _busyTurns;
    private long _bytesAtWarmUp;
    private ulong _cellsAtWarmUp;
    private long _allocatedBytes;
    private long _cellsSinceWarmUp;

    /// <summary>Takes all the memory the worker will use; <see cref="Start"/> makes it run.</summary>
    /// <param name="number">Stands in the thread's name.</param>
    /// <param name="options">What it works with; stays the caller's.</param>
    /// <param name="routes">Used in every turn.</param>
    /// <param name="core">
    /// The core to stay on (<see cref="WorkerCores.Of"/>); a refusal is no error.
    /// </param>
    /// <param name="onFault">
    /// Told, on the thread, of a mistake of the program that ended it; null ends the process.
    /// </param>
    public UdpWorkerThread(
        int number,
        UdpWorkerOptions options,
        TRoutes routes,
        int core = WorkerCores.Any,
        Action<Exception>? onFault = null)
    {
        _worker = new UdpWorker<TRoutes>(options);
        _routes = routes;
        _wishedCore = core;
        _onFault = onFault;
        _thread = new Thread(Run) { Name = $"conet-worker-{number}", IsBackground = true };
    }

    /// <summary>What the worker did; any thread may read.</summary>
    public ForwardingCounters Counters => _worker.Counters;

    /// <summary>The core the thread is bound to, or <see cref="WorkerCores.Any"/>.</summary>
    public int Core => _core;

    /// <summary>Managed bytes the thread took since its warm-up.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>Cells forwarded and delivered since then.</summary>
    public long CellsSinceWarmUp => Volatile.Read(ref _cellsSinceWarmUp);

    /// <summary>Starts the thread; once.</summary>
    public void Start() => _thread.Start();

    /// <inheritdoc cref="UdpWorker{TRoutes}.TrySend"/>
    public bool TrySend(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from) =>
        _worker.TrySend(cell, to, from);

    /// <summary>Ends the thread; false if it did not end in time, and must not be disposed then.</summary>
    /// <param name="timeoutMs">How long to wait for it.</param>
    public bool Stop(int timeoutMs = Limits.StopMilliseconds)
    {
        _isStopping = true;
        _worker.Wake();
        return !_thread.IsAlive || _thread.Join(timeoutMs);
    }

    /// <summary>Frees the worker's memory; the thread must have ended. The sockets stay open.</summary>
    public void Dispose() => _worker.Dispose();

    private void Run()
    {
        try
        {
            if (WorkerCores.TryPin(_wishedCore))
                _core = _wishedCore;
            WorkerCores.TryGiveWay();
            while (!_isStopping)
            {
                if (_worker.RunOnce(_routes, Limits.WaitMillisecondsMax, Environment.TickCount64) > 0)
                    Publish();
            }
        }
        catch (Exception fault) when (_onFault is not null)
        {
            _onFault(fault);
        }
    }

    private void Publish()
    {
        ulong cells = Counters.Forwarded + Counters.Delivered;
        if (_busyTurns < Limits.WarmUpTurns)
        {
            _busyTurns++;
            _bytesAtWarmUp = GC.GetAllocatedBytesForCurrentThread();
            _cellsAtWarmUp = cells;
            return;
        }

        Volatile.Write(ref _allocatedBytes, GC.GetAllocatedBytesForCurrentThread() - _bytesAtWarmUp);
        Volatile.Write(ref _cellsSinceWarmUp, (long)(cells - _cellsAtWarmUp));
    }
}
