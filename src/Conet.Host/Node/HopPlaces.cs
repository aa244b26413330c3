using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// Gives each reachable node a hop number and keeps it for that node as long as the node is in the table, so
/// that counters and endpoints of a number always mean the same neighbour. One thread.
/// </summary>
/// <param name="hopsMax">Hop numbers are 0 to this, exclusive.</param>
internal sealed class HopPlaces(int hopsMax)
{
    private readonly Dictionary<uint, int> _hops = [];
    private readonly Queue<int> _given = new();
    private int _next;

    /// <summary>Node id and hop number of every node that has one.</summary>
    public IReadOnlyDictionary<uint, int> Hops => _hops;

    /// <summary>Hop numbers from here on were never given.</summary>
    public int Used => _next;

    /// <summary>The hop number of a node; false if all are in use.</summary>
    public bool TryGet(NodeId id, out int hop)
    {
        if (_hops.TryGetValue(id.Value, out hop))
            return true;
        if (_next < hopsMax)
            hop = _next++;
        else if (!_given.TryDequeue(out hop))
            return false;
        _hops.Add(id.Value, hop);
        return true;
    }

    /// <summary>
    /// Takes the numbers of nodes that are gone back; they are given again only when all others are used.
    /// </summary>
    public void Keep(Predicate<uint> isPresent)
    {
        foreach (var (id, hop) in _hops)
        {
            if (!isPresent(id))
            {
                _hops.Remove(id);
                _given.Enqueue(hop);
            }
        }
    }
}
