using System.Numerics;
using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// Which nodes may be sent to now, and under which hop number. Immutable: made aside by the control thread
/// and swapped. An open-addressed table of node ids; look-ups allocate nothing.
/// </summary>
public sealed class HopSnapshot
{
    private const uint Spread = 0x9E3779B1;

    private readonly uint[] _ids;
    private readonly int[] _hops;
    private readonly int _shift;
    private readonly int _mask;

    /// <summary>Makes a snapshot.</summary>
    /// <param name="self">Own id.</param>
    /// <param name="hops">
    /// Node id to hop number (0 or more), or <see cref="NoHop.ForbiddenEndpoint"/>.
    /// </param>
    public HopSnapshot(uint self, IReadOnlyCollection<KeyValuePair<uint, int>> hops)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, (hops.Count + 1) * 2));
        _ids = new uint[size];
        _hops = new int[size];
        _mask = size - 1;
        _shift = 32 - BitOperations.Log2((uint)size);
        Add(self, NoHop.AddresseeAbsent);
        foreach (var (id, hop) in hops)
            Add(id, hop);
    }

    /// <summary>
    /// The hop of a node; <see cref="NoHop.AddresseeAbsent"/> for this node itself,
    /// <see cref="NoHop.Unreachable"/> for one that is not in the snapshot. Any thread.
    /// </summary>
    /// <param name="id">A node id, not 0.</param>
    public int Find(uint id)
    {
        // At most half full, so an empty place ends every walk.
        for (int at = (int)(id * Spread >> _shift); ; at = (at + 1) & _mask)
        {
            if (_ids[at] == id)
                return _hops[at];
            if (_ids[at] == 0)
                return NoHop.Unreachable;
        }
    }

    private void Add(uint id, int hop)
    {
        int at = (int)(id * Spread >> _shift);
        while (_ids[at] != 0 && _ids[at] != id)
            at = (at + 1) & _mask;
        _ids[at] = id;
        _hops[at] = hop;
    }
}
