namespace Conet.Host.Node;

/// <summary>
/// Where the control thread hangs out the latest snapshot of hops and the workers read it. Any thread.
/// </summary>
public sealed class HopBoard
{
    private volatile HopSnapshot _current;

    /// <summary>Begins with a snapshot.</summary>
    public HopBoard(HopSnapshot first) => _current = first;

    /// <summary>The latest snapshot.</summary>
    public HopSnapshot Current
    {
        get => _current;
        set => _current = value;
    }
}
