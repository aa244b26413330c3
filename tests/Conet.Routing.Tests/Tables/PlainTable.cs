using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Tables;

/// <summary>What a route table means, in plain collections; copied for each version.</summary>
internal sealed class PlainTable
{
    public SortedDictionary<Address, RouteRow> Rows { get; private init; } = [];

    public ulong TimeSeconds { get; set; }

    public PlainTable Copy() => new()
    {
        Rows = new SortedDictionary<Address, RouteRow>(Rows),
        TimeSeconds = TimeSeconds,
    };

    public bool IsInForce(in Address wallet) =>
        Rows.TryGetValue(wallet, out RouteRow? row) && IsInForce(row);

    /// <summary>The first thing in which a table differs; null for none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="wallets">Every wallet that may occur.</param>
    public string? Difference(RouteTable table, IReadOnlyList<Address> wallets)
    {
        KeyValuePair<Address, Homes>[] inForce =
        [
            .. Rows.Where(row => IsInForce(row.Value))
                .Select(row => KeyValuePair.Create(row.Key, row.Value.Homes)),
        ];
        ulong? next = Rows.Values.Where(IsInForce)
            .Select(row => (ulong?)row.Route.Packed.ExpiresUnixSeconds).Min();
        if (table.TimeSeconds != TimeSeconds)
            return "time";
        if (table.Routes.Count != Rows.Count)
            return $"{table.Routes.Count} routes, not {Rows.Count}";
        if (!table.Routes.From(default).SequenceEqual(Rows))
            return "rows";
        if (!table.Routes.Keys.SequenceEqual(Rows.Keys))
            return "wallets";
        if (!table.Routes.HomesAt(TimeSeconds).SequenceEqual(inForce))
            return "homes";
        if (table.LiveRoutes != inForce.Length || table.Trie.AddressCount != inForce.Length)
            return $"{table.LiveRoutes} routes in force, not {inForce.Length}";
        if (table.Routes.NextExpiry(TimeSeconds) != next)
            return $"next expiry {table.Routes.NextExpiry(TimeSeconds)}, not {next}";
        Address first = wallets[(int)(TimeSeconds % (ulong)wallets.Count)];
        if (!table.Routes.From(first).SequenceEqual(Rows.Where(row => row.Key >= first)))
            return $"rows from {first}";
        return wallets.Select(wallet => Difference(table, wallet)).FirstOrDefault(found => found is not null);
    }

    private string? Difference(RouteTable table, Address wallet)
    {
        bool isKnown = Rows.TryGetValue(wallet, out RouteRow? row);
        bool isInForce = isKnown && IsInForce(row!);
        bool isRight = table.Routes.ContainsKey(wallet) == isKnown
            && table.Routes.TryGetValue(wallet, out RouteRow? found) == isKnown
            && found == row
            && table.TryGetLiveRoute(wallet, out _) == isInForce
            && table.TryGetHomes(wallet, out Homes served) == isInForce
            && table.Routes.TryGetHomes(wallet, TimeSeconds, out Homes homes) == isInForce
            && (!isInForce || (served == row!.Homes && homes == row.Homes));
        return isRight ? null : $"route of {wallet}";
    }

    private bool IsInForce(RouteRow row) =>
        row.Route.IsLive && row.Route.Packed.ExpiresUnixSeconds > TimeSeconds;
}
