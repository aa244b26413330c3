using Conet.Wire.Forwarding;

namespace Conet.Host.Node;

/// <summary>
/// From destination to next hop: the homes of the mirrored table, and of them the first that is this node or
/// answered a probe (docs/SPEC.md, section 10). A struct of references: copy it freely. Allocates nothing,
/// takes no lock, safe on many threads; each batch sees one snapshot.
/// </summary>
/// <typeparam name="THomes">The table; a struct, so that calls to it are direct.</typeparam>
public readonly struct NodeRoutes<THomes> : IRouteLookup
    where THomes : struct, IHomeLookup
{
    private readonly THomes _homes;
    private readonly HopBoard _board;

    /// <summary>Joins a table and the hops.</summary>
    /// <param name="homes">Destination to homes.</param>
    /// <param name="board">Home to hop.</param>
    public NodeRoutes(THomes homes, HopBoard board)
    {
        _homes = homes;
        _board = board;
    }

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
    {
        HopSnapshot snapshot = _board.Current;
        Span<uint> homes = stackalloc uint[HostLimits.RoutesPerLookup * HostLimits.HomesPerRoute];
        for (int start = 0; start < offsets.Length; start += HostLimits.RoutesPerLookup)
        {
            int count = Math.Min(HostLimits.RoutesPerLookup, offsets.Length - start);
            Span<uint> found = homes[..(count * HostLimits.HomesPerRoute)];
            _homes.Find(cells, offsets.Slice(start, count), found);
            for (int i = 0; i < count; i++)
                hops[start + i] = Choose(
                    snapshot, found.Slice(i * HostLimits.HomesPerRoute, HostLimits.HomesPerRoute));
        }
    }

    private static int Choose(HopSnapshot snapshot, ReadOnlySpan<uint> homes)
    {
        int none = NoHop.UnknownDestination;
        foreach (uint home in homes)
        {
            if (home == 0)
                break;
            int hop = snapshot.Find(home);
            if (hop >= 0 || hop == NoHop.AddresseeAbsent)
                return hop;

            // A route all of whose homes are forbidden says so; one unreachable home among them outweighs it.
            none = none is NoHop.UnknownDestination or NoHop.ForbiddenEndpoint ? hop : none;
        }

        return none;
    }
}
