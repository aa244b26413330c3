using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Node;

/// <summary>The routes in force of a <see cref="RouteTable"/>.</summary>
internal sealed class RouteTableList(RouteTable table) : IRouteList
{
    private ulong _nextExpirySeconds;

    private RouteTable Table { get; } = table;

    public IEnumerable<KeyValuePair<Address, Homes>> All()
    {
        ulong next = ulong.MaxValue;
        foreach (var (address, row) in Table.Routes)
        {
            if (!row.Route.IsLive || row.Route.Packed.ExpiresUnixSeconds <= Table.TimeSeconds)
                continue;
            next = Math.Min(next, row.Route.Packed.ExpiresUnixSeconds);
            yield return new(address, HomesOf(row));
        }

        Volatile.Write(ref _nextExpirySeconds, next);
    }

    public bool TryGet(in Address address, out Homes homes)
    {
        bool isFound = Table.TryGetLiveRoute(address, out RouteRow? row);
        homes = isFound ? HomesOf(row!) : default;
        return isFound;
    }

    public bool IsSameAs(IRouteList earlier)
    {
        if (earlier is not RouteTableList other)
            return false;
        bool isSame = other.Table.RoutePosition == Table.RoutePosition
            && other.Table.TimeSeconds <= Table.TimeSeconds
            && Table.TimeSeconds < Volatile.Read(ref other._nextExpirySeconds);
        return isSame;
    }

    private static Homes HomesOf(RouteRow row) =>
        new(row.Route.Packed.Home0.Value, row.Route.Packed.Home1.Value, row.Route.Packed.Home2.Value);
}
