using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Node;

/// <summary>The routes in force of a <see cref="RouteTable"/>.</summary>
internal sealed class RouteTableList(RouteTable table) : IRouteList
{
    private RouteTable Table { get; } = table;

    public IEnumerable<KeyValuePair<Address, Homes>> All() => Table.Routes.HomesAt(Table.TimeSeconds);

    public bool TryGet(in Address address, out Homes homes) =>
        Table.Routes.TryGetHomes(address, Table.TimeSeconds, out homes);

    public bool IsSameAs(IRouteList earlier) =>
        earlier is RouteTableList other
        && other.Table.RoutePosition == Table.RoutePosition
        && other.Table.TimeSeconds <= Table.TimeSeconds
        && (other.Table.Routes.NextExpiry(other.Table.TimeSeconds) is not { } next
            || Table.TimeSeconds < next);
}
