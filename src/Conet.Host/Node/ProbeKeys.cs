using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// The X25519 keys that probe answers are sealed to: a current one, and the one before it. One key
/// serves all probes of a minute, so that an answer is tried with two keys and not with as many as
/// there are neighbours. One thread.
/// </summary>
internal sealed class ProbeKeys : IDisposable
{
    private long _rotateMs = long.MinValue;

    public SealKey Current { get; private set; } = SealKey.Create();

    public SealKey? Previous { get; private set; }

    public void Tick(long nowMs)
    {
        if (_rotateMs == long.MinValue)
            _rotateMs = nowMs + HostLimits.ProbeKeyMilliseconds;
        if (nowMs < _rotateMs)
            return;
        Previous?.Dispose();
        Previous = Current;
        Current = SealKey.Create();
        _rotateMs = nowMs + HostLimits.ProbeKeyMilliseconds;
    }

    public void Dispose()
    {
        Current.Dispose();
        Previous?.Dispose();
    }
}
