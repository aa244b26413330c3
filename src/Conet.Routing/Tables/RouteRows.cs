using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Every route that was ever set, also expired and cleared ones, by wallet and in the order of wallets. Most
/// of them lie sorted and packed, their details perhaps in the node's snapshot file; what changed since lies
/// beside. Immutable; any number of readers, no locks.
/// </summary>
/// <remarks>
/// A route whose details can no longer be read from the file is reported as not there, and counted:
/// <see cref="IsDamaged"/>. Its homes stay known. At such a row <see cref="From"/> throws
/// <see cref="InvalidDataException"/>. No interface of the system is implemented: what it could call, a
/// forwarder could reach.
/// </remarks>
public sealed class RouteRows
{
    internal RouteRows(
        SortedRoutes sorted,
        ImmutableDictionary<Address, RouteRow> changes,
        ImmutableSortedSet<(ulong ExpiresSeconds, Address Wallet)> changedExpiries,
        HomeSets homeSets,
        int count)
    {
        Sorted = sorted;
        Changes = changes;
        ChangedExpiries = changedExpiries;
        HomeSets = homeSets;
        Count = count;
    }

    /// <summary>Routes.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether details were found to be unreadable: then the table must be made anew from the chain. Look-ups
    /// of homes stay right.
    /// </summary>
    public bool IsDamaged => Unreadable > 0;

    /// <summary>How often details could not be read.</summary>
    public long Unreadable => Sorted.Details.Unreadable;

    /// <summary>Their wallets, in order.</summary>
    public IEnumerable<Address> Keys => Walk(default).Select(entry => entry.Wallet);

    /// <summary>Their rows, in the order of wallets.</summary>
    public IEnumerable<RouteRow> Values => From(default).Select(entry => entry.Value);

    /// <summary>What the indexes of homes stand for.</summary>
    internal HomeSets HomeSets { get; }

    internal SortedRoutes Sorted { get; }

    /// <summary>What changed since the sorted ones were made.</summary>
    internal ImmutableDictionary<Address, RouteRow> Changes { get; }

    /// <summary>Live routes among the changes by when they end.</summary>
    internal ImmutableSortedSet<(ulong ExpiresSeconds, Address Wallet)> ChangedExpiries { get; }

    /// <summary>The row of a wallet.</summary>
    /// <exception cref="KeyNotFoundException">It never had a route.</exception>
    public RouteRow this[Address key] =>
        TryGetValue(key, out RouteRow? row) ? row : throw new KeyNotFoundException($"{key} has no route.");

    /// <summary>Whether a wallet ever had a route.</summary>
    public bool ContainsKey(Address key) => Changes.ContainsKey(key) || Sorted.TryFind(key, out _);

    /// <summary>The row of a wallet if it ever had a route and its details can be read.</summary>
    public bool TryGetValue(Address key, [MaybeNullWhen(false)] out RouteRow value) =>
        Changes.TryGetValue(key, out value)
        || (Sorted.TryFind(key, out int row) && TryRead(row, out value));

    /// <summary>
    /// The homes of a route that ends after a time, without its details. False if there is none.
    /// </summary>
    public bool TryGetHomes(in Address wallet, ulong timeSeconds, out Homes homes)
    {
        homes = default;
        if (Changes.TryGetValue(wallet, out RouteRow? change))
        {
            if (!change.Route.IsLive || change.Route.Packed.ExpiresUnixSeconds <= timeSeconds)
                return false;
            homes = change.Homes;
            return true;
        }

        if (!Sorted.TryFind(wallet, out int row) || Sorted.ExpiryAt(row) <= timeSeconds)
            return false;
        homes = HomeSets[Sorted.HomesAt(row)];
        return true;
    }

    /// <summary>Every route that ends after a time with its homes, in the order of wallets.</summary>
    public IEnumerable<KeyValuePair<Address, Homes>> HomesAt(ulong timeSeconds)
    {
        foreach ((Address wallet, int row, RouteRow? change) in Walk(default))
        {
            ulong expiry = change?.Route.Packed.ExpiresUnixSeconds ?? Sorted.ExpiryAt(row);
            if (expiry > timeSeconds)
                yield return new(wallet, change?.Homes ?? HomeSets[Sorted.HomesAt(row)]);
        }
    }

    /// <summary>When the first route ends of those that end after a time; null if none does.</summary>
    public ulong? NextExpiry(ulong timeSeconds)
    {
        int index = ChangedExpiries.IndexOf((timeSeconds, RouteTableBuilder.MaxAddress));
        index = index < 0 ? ~index : index + 1;
        ulong? next = index < ChangedExpiries.Count ? ChangedExpiries[index].ExpiresSeconds : null;
        for (int place = Sorted.PlaceAfter(timeSeconds); place < Sorted.LiveCount; place++)
        {
            int row = Sorted.RowAtPlace(place);
            ulong expiry = Sorted.ExpiryAt(row);
            if (expiry >= next)
                break;
            if (!Changes.ContainsKey(Sorted.WalletAt(row)))
                return expiry;
        }

        return next;
    }

    /// <summary>The routes from a wallet on, in the order of wallets.</summary>
    public IEnumerable<KeyValuePair<Address, RouteRow>> From(Address first)
    {
        foreach ((Address wallet, int row, RouteRow? change) in Walk(first))
            yield return new(wallet, change ?? Read(row));
    }

    /// <summary>None yet.</summary>
    internal static RouteRows Create(HomeSets homeSets) => Create(SortedRoutes.Create(), homeSets);

    /// <summary>Sorted ones, none of them changed.</summary>
    internal static RouteRows Create(SortedRoutes sorted, HomeSets homeSets) => new(
        sorted,
        ImmutableDictionary<Address, RouteRow>.Empty,
        ImmutableSortedSet<(ulong, Address)>.Empty,
        homeSets,
        sorted.Count);

    /// <summary>All of it as one, for writing it down.</summary>
    internal RouteMerge ToMerge() => new(Sorted, [.. Changes], HomeSets);

    private bool TryRead(int row, [MaybeNullWhen(false)] out RouteRow value)
    {
        uint index = Sorted.HomesAt(row);
        Homes? homes = index == SortedRoutes.NoHomes ? null : HomeSets[index];
        return Sorted.Details.TryRead(Sorted.DetailAt(row), homes, Sorted.ExpiryAt(row), out value);
    }

    private RouteRow Read(int row) => TryRead(row, out RouteRow? value)
        ? value
        : throw new InvalidDataException("The snapshot file that the table was read from is damaged.");

    /// <summary>Wallets in order, each with the row or the change that is in force.</summary>
    private IEnumerable<(Address Wallet, int Row, RouteRow? Change)> Walk(Address first)
    {
        KeyValuePair<Address, RouteRow>[] changes = [.. Changes.Where(change => change.Key >= first)];
        Array.Sort(changes, static (x, y) => x.Key.CompareTo(y.Key));
        int row = Sorted.RowFrom(first);
        foreach ((Address changed, RouteRow change) in changes)
        {
            Address wallet = default;
            for (; row < Sorted.Count && (wallet = Sorted.WalletAt(row)) < changed; row++)
                yield return (wallet, row, null);
            if (row < Sorted.Count && wallet == changed)
                row++;
            yield return (changed, -1, change);
        }

        for (; row < Sorted.Count; row++)
            yield return (Sorted.WalletAt(row), row, null);
    }
}
