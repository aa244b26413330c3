using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// The routing table at one block: every route and node, and the trie of those that are in force at that
/// block's time. Never changes; any number of readers, no locks. <see cref="ToBuilder"/> makes the next one.
/// </summary>
public sealed class RouteTable
{
    internal RouteTable()
    {
    }

    /// <summary>Destination to homes.</summary>
    public required RouteTrie Trie { get; init; }

    /// <summary>Every route that was ever set, also expired and cleared ones.</summary>
    public required RouteRows Routes
    {
        get;
        init
        {
            field = value;
            HomeSets = value.HomeSets;
        }
    }

    /// <summary>Every node that was ever registered.</summary>
    public required ImmutableSortedDictionary<uint, NodeRow> Nodes { get; init; }

    /// <summary>How far the node registry's events go.</summary>
    public required RegistryPosition NodePosition { get; init; }

    /// <summary>How far the route registry's events go.</summary>
    public required RegistryPosition RoutePosition { get; init; }

    /// <summary>Time of the block, unix seconds.</summary>
    public required ulong TimeSeconds { get; init; }

    /// <summary>Routes in force.</summary>
    public int LiveRoutes => Trie.AddressCount;

    /// <summary>What the values of the trie stand for.</summary>
    internal HomeSets HomeSets { get; private init; } = null!;

    /// <summary>Changes that are kept beside the sorted rows, however few those are.</summary>
    internal int ChangesKept { get; init; } = RouteTableBuilder.ChangesKeptUsually;

    /// <summary>An empty table.</summary>
    /// <param name="secret">32 bytes from a secure generator, for <see cref="RouteTrie.Create"/>.</param>
    public static RouteTable Create(ReadOnlySpan<byte> secret) =>
        Create(secret, RouteTableBuilder.ChangesKeptUsually);

    /// <summary>Starts the next table.</summary>
    public RouteTableBuilder ToBuilder() => new(this);

    /// <summary>
    /// Homes of a destination by longest prefix: a registered wallet, or an address under a node.
    /// </summary>
    public bool TryGetHomes(in Address destination, out Homes homes)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        destination.CopyTo(bytes);
        bool isFound = Trie.TryFind(bytes, out uint index);
        homes = isFound ? HomeSets[index] : default;
        return isFound;
    }

    /// <summary>
    /// Homes of many destinations: three node ids for each, 0 where there is none. Allocates nothing.
    /// </summary>
    /// <param name="cells">Buffer the destinations lie in.</param>
    /// <param name="offsets">Where each begins.</param>
    /// <param name="homes">Receives three numbers for each.</param>
    public void FindHomes(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes)
    {
        const int Group = 256;
        Span<uint> values = stackalloc uint[Group];
        Span<bool> found = stackalloc bool[Group];
        HomeSets sets = HomeSets;
        for (int start = 0; start < offsets.Length; start += Group)
        {
            int count = Math.Min(Group, offsets.Length - start);
            Trie.Find(cells, offsets.Slice(start, count), values, found);
            for (int i = 0; i < count; i++)
            {
                Homes set = found[i] ? sets[values[i]] : default;
                int at = Homes.CountMax * (start + i);
                homes[at] = set.First;
                homes[at + 1] = set.Second;
                homes[at + 2] = set.Third;
            }
        }
    }

    /// <summary>The route of a wallet if it is in force.</summary>
    public bool TryGetLiveRoute(in Address wallet, [NotNullWhen(true)] out RouteRow? row) =>
        Routes.TryGetValue(wallet, out row)
        && row.Route.IsLive
        && row.Route.Packed.ExpiresUnixSeconds > TimeSeconds;

    /// <summary>
    /// A table of many routes at once, without nodes: the trie is made by all cores, not route by route.
    /// </summary>
    /// <param name="secret">As in <see cref="Create(ReadOnlySpan{byte})"/>.</param>
    /// <param name="routes">The routes.</param>
    /// <param name="homeSets">What their indexes of homes stand for.</param>
    /// <param name="timeSeconds">Time of the block.</param>
    internal static RouteTable Load(
        ReadOnlySpan<byte> secret, SortedRoutes routes, HomeSets homeSets, ulong timeSeconds)
    {
        RoutesInForce inForce = new(routes, timeSeconds);
        RouteTrie trie = RouteTrie.Load(secret, inForce.Total, inForce.Read);
        RouteRows rows = RouteRows.Create(routes, homeSets);
        return Create(trie, rows, timeSeconds, RouteTableBuilder.ChangesKeptUsually);
    }

    /// <summary>An empty table that merges its changes sooner or later than usual.</summary>
    internal static RouteTable Create(ReadOnlySpan<byte> secret, int changesKept) =>
        Create(RouteTrie.Create(secret), RouteRows.Create(new HomeSets()), 0, changesKept);

    private static RouteTable Create(
        RouteTrie trie, RouteRows rows, ulong timeSeconds, int changesKept) => new()
        {
            Trie = trie,
            Routes = rows,
            Nodes = ImmutableSortedDictionary<uint, NodeRow>.Empty,
            NodePosition = default,
            RoutePosition = default,
            TimeSeconds = timeSeconds,
            ChangesKept = changesKept,
        };
}
