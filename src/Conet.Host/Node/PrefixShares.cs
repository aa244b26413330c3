namespace Conet.Host.Node;

/// <summary>
/// How much of a bounded table each source prefix holds, and that none holds more than its share.
/// </summary>
internal sealed class PrefixShares(int shareMax)
{
    private readonly Dictionary<ulong, int> _held = [];

    public bool HasRoom(ulong prefix) => _held.GetValueOrDefault(prefix) < shareMax;

    public bool TryTake(ulong prefix)
    {
        if (!HasRoom(prefix))
            return false;
        Take(prefix);
        return true;
    }

    /// <summary>Takes a place even beyond the share.</summary>
    public void Take(ulong prefix) => _held[prefix] = _held.GetValueOrDefault(prefix) + 1;

    public void Give(ulong prefix)
    {
        int held = _held.GetValueOrDefault(prefix) - 1;
        if (held > 0)
            _held[prefix] = held;
        else
            _held.Remove(prefix);
    }
}
