namespace Conet.Host.Node;

/// <summary>
/// A bucket of first-contact opens: so many a second, and one second's worth saved up. One thread.
/// </summary>
internal sealed class ControlBudget(int opensPerSecond)
{
    private const long UnitsPerOpen = 1000;

    private readonly long _unitsMax = opensPerSecond * UnitsPerOpen * HostLimits.ControlOpensBurstSeconds;
    private long _units = opensPerSecond * UnitsPerOpen * HostLimits.ControlOpensBurstSeconds;
    private long _lastMs = long.MinValue;

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
