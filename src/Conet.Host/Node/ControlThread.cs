using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// The one thread that opens control cells, keeps the tables of clients and neighbours, and makes probes. It
/// takes a bounded number of cells at a time, so that timers are never late by more than some milliseconds.
/// </summary>
internal sealed class ControlThread
{
    private readonly CellQueue _queue;
    private readonly ControlPlane _plane;
    private readonly Func<IReadOnlyList<NodePeer>> _nodes;
    private readonly HopDirector _hops;
    private readonly Func<int, ulong> _cellsOfHop;
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();
    private IReadOnlyList<NodePeer>? _seenNodes;
    private long _nextTickMs;
    private int _attachments;
    private int _aliases;
    private int _pending;

    public ControlThread(
        CellQueue queue,
        ControlPlane plane,
        Func<IReadOnlyList<NodePeer>> nodes,
        HopDirector hops,
        Func<int, ulong> cellsOfHop,
        Action<Exception> onFault)
    {
        _queue = queue;
        _plane = plane;
        _nodes = nodes;
        _hops = hops;
        _cellsOfHop = cellsOfHop;
        _onFault = onFault;
        _thread = new Thread(Run) { Name = "conet-control", IsBackground = true };
    }

    public int Attachments => Volatile.Read(ref _attachments);

    public int Aliases => Volatile.Read(ref _aliases);

    public int PendingChallenges => Volatile.Read(ref _pending);

    public void Start() => _thread.Start();

    public bool Stop()
    {
        _stopping.Set();
        return !_thread.IsAlive || _thread.Join(HostLimits.StopMilliseconds);
    }

    private void Run()
    {
        try
        {
            while (!_stopping.IsSet)
            {
                if (Turn() == 0)
                    _stopping.Wait(HostLimits.ControlIdleMilliseconds);
            }
        }
        catch (Exception fault)
        {
            _onFault(fault);
        }
    }

    private int Turn()
    {
        ControlTime now = new(
            (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Environment.TickCount64);
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        int taken = 0;
        while (taken < HostLimits.ControlCellsPerRound
            && _queue.TryDequeue(cell, out UdpEndpoint source, out CellRole role))
        {
            _plane.Receive(cell, source, role, now);
            taken++;
        }

        if (now.MonotonicMs >= _nextTickMs)
        {
            _nextTickMs = now.MonotonicMs + HostLimits.ControlTickMilliseconds;
            Tick(now);
        }

        _hops.Update();
        Volatile.Write(ref _attachments, _plane.Home.Attachments);
        Volatile.Write(ref _aliases, _plane.Home.Aliases);
        Volatile.Write(ref _pending, _plane.Home.PendingChallenges);
        return taken;
    }

    private void Tick(in ControlTime now)
    {
        IReadOnlyList<NodePeer> nodes = _nodes();
        if (!ReferenceEquals(nodes, _seenNodes))
        {
            _seenNodes = nodes;
            _plane.Probes.SetPeers(nodes, now.MonotonicMs);
        }

        _hops.NoteFlow(_cellsOfHop, now.MonotonicMs);
        _plane.Tick(now);
    }
}
