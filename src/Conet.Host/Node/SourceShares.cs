using System.Net;

namespace Conet.Host.Node;

/// <summary>
/// How many requests each source has open, so that none has all of them. No more sources than there are
/// connections. Any thread.
/// </summary>
internal sealed class SourceShares(int most)
{
    private readonly Dictionary<IPAddress, int> _open = [];

    /// <summary>Counts a request; false if its source has as many as it may.</summary>
    public bool TryEnter(IPAddress source)
    {
        lock (_open)
        {
            int count = _open.GetValueOrDefault(source);
            if (count >= most)
                return false;
            _open[source] = count + 1;
            return true;
        }
    }

    /// <summary>A request that was counted is over.</summary>
    public void Leave(IPAddress source)
    {
        lock (_open)
        {
            if (--_open[source] == 0)
                _open.Remove(source);
        }
    }
}
