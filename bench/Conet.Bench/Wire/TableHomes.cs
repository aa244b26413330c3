using Conet.Host.Node;
using Conet.Routing.Tables;

namespace Conet.Bench.Wire;

/// <summary>A fixed table where a node has its mirror.</summary>
internal readonly struct TableHomes(RouteTable table) : IHomeLookup
{
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes) =>
        table.FindHomes(cells, offsets, homes);
}
