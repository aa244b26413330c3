namespace Conet.Host.Node;

/// <summary>
/// A bucket of what costs the control thread time, opens or seals: so many a second, and so many saved up.
/// One thread.
/// </summary>
internal sealed class ControlBudget(int opensPerSecond, int burst)
{
    private const long UnitsPerOpen = 1000;

    private readonly long _unitsMax = burst * UnitsPerOpen;
    private long _units = burst * UnitsPerOpen;
    private long _lastMs = long.MinValue;

    /// <summary>One of first-contact opens, with the usual burst.</summary>
    public ControlBudget(int opensPerSecond)
        : this(opensPerSecond, opensPerSecond * HostLimits.ControlOpensBurstSeconds)
    {
    }

    public bool TryTake(long nowMs)
    {
        if (_lastMs == long.MinValue)
            _lastMs = nowMs;
        long elapsedMs = Math.Clamp(nowMs - _lastMs, 0, 1000L * HostLimits.ControlOpensBurstSeconds);
        _lastMs = Math.Max(_lastMs, nowMs);
        _units = Math.Min(_unitsMax, _units + (elapsedMs * opensPerSecond));
        if (_units < UnitsPerOpen)
            return false;
        _units -= UnitsPerOpen;
        return true;
    }
}
