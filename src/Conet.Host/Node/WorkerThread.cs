using Conet.Wire;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// One worker with its sockets and its thread. After a warm-up it publishes what its thread took from the
/// managed heap, which must stay at zero.
/// </summary>
internal sealed class WorkerThread<THomes> : IDisposable
    where THomes : struct, IHomeLookup
{
    private readonly UdpWorker<NodeRoutes<THomes>> _worker;
    private readonly CellSocket _clientSocket;
    private readonly CellSocket _nodeSocket;
    private readonly NodeRoutes<THomes> _routes;
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private int _busyTurns;
    private long _bytesAtWarmUp;
    private ulong _cellsAtWarmUp;
    private long _allocatedBytes;
    private long _cellsSinceWarmUp;

    public WorkerThread(
        int number, UdpWorkerOptions options, NodeRoutes<THomes> routes, Action<Exception> onFault)
    {
        _worker = new UdpWorker<NodeRoutes<THomes>>(options);
        _clientSocket = options.ClientSocket;
        _nodeSocket = options.NodeSocket;
        _routes = routes;
        _onFault = onFault;
        _thread = new Thread(Run) { Name = $"conet-worker-{number}", IsBackground = true };
    }

    public ForwardingCounters Counters => _worker.Counters;

    /// <summary>Managed bytes the thread took since its warm-up.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>Cells forwarded and delivered since then.</summary>
    public long CellsSinceWarmUp => Volatile.Read(ref _cellsSinceWarmUp);

    public void Start() => _thread.Start();

    public bool TrySend(ReadOnlySpan<byte> cell, in UdpEndpoint to, CellRole from) =>
        _worker.TrySend(cell, to, from);

    /// <summary>Ends the thread; false if it did not end in time.</summary>
    public bool Stop()
    {
        _isStopping = true;
        _worker.Wake();
        return !_thread.IsAlive || _thread.Join(HostLimits.StopMilliseconds);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _clientSocket.Dispose();
        _nodeSocket.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_isStopping)
            {
                if (_worker.RunOnce(_routes, Limits.WaitMillisecondsMax, Environment.TickCount64) > 0)
                    Publish();
            }
        }
        catch (Exception fault)
        {
            _onFault(fault);
        }
    }

    private void Publish()
    {
        ulong cells = Counters.Forwarded + Counters.Delivered;
        if (_busyTurns < HostLimits.WarmUpTurns)
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
