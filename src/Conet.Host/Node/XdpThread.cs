using Conet.Wire;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// Follows the route table with an <see cref="XdpMirror"/>; workers and control never wait for it.
/// </summary>
internal sealed class XdpThread
{
    private readonly XdpForwarder _xdp;
    private readonly XdpMirror _mirror;
    private readonly Func<IRouteList?> _routes;
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();

    public XdpThread(XdpForwarder xdp, XdpMirror mirror, Func<IRouteList?> routes, Action<Exception> onFault)
    {
        _xdp = xdp;
        _mirror = mirror;
        _routes = routes;
        _onFault = onFault;
        _thread = new Thread(Run) { Name = "conet-xdp", IsBackground = true };
    }

    public ulong Forwarded => _xdp.Forwarded;

    public void Start() => _thread.Start();

    /// <summary>Switches the program off and ends the thread; false if it did not end in time.</summary>
    public bool Stop()
    {
        _mirror.Stop();
        _stopping.Set();
        return !_thread.IsAlive || _thread.Join(HostLimits.StopMilliseconds);
    }

    public ulong HopCells(int hop) => _xdp.HopCells(hop);

    public XdpStatus Describe() => new()
    {
        IsOn = _xdp.IsOn,
        Interfaces = _xdp.Attachments,
        Forwarded = (long)_xdp.Forwarded,
        Passed = [.. Enum.GetValues<XdpPass>()
            .Select(why => new NamedCount(NodeStatus.SnakeCase(why.ToString()), (long)_xdp.Passed(why)))],
        Addresses = _mirror.Count,
        LeftOut = _mirror.LeftOut,
    };

    private void Run()
    {
        try
        {
            while (!_stopping.Wait(HostLimits.ControlTickMilliseconds))
            {
                if (_routes() is IRouteList routes)
                    _mirror.Sync(routes);
            }
        }
        catch (Exception fault)
        {
            _mirror.Stop();
            _onFault(fault);
        }
    }
}
