using System.Collections.Immutable;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes the next <see cref="RouteTrie"/> aside, while readers go on with the old one. Keeps the leaves and
/// notes what differs; makes new leaves of a shard when that has become much. One thread; use
/// <see cref="Build"/> once.
/// </summary>
public sealed class RouteTrieBuilder
{
    /// <summary>
    /// Addresses whose leaves may be made anew for one change, besides those of one shard: shards become due
    /// together, and no update pays for all of them.
    /// </summary>
    private const long RenewedPerChange = 32;

    private readonly RouteTrie _trie;
    private readonly Dictionary<Address, RouteChange> _changes = [];
    private readonly Dictionary<int, PrefixTable> _changedPrefixes = [];

    internal RouteTrieBuilder(RouteTrie trie) => _trie = trie;

    /// <summary>Inserts or replaces a prefix.</summary>
    /// <param name="prefix">Its bits beyond <paramref name="bits"/> are ignored.</param>
    /// <param name="bits">1 to 160.</param>
    /// <param name="value">Any value.</param>
    public void Set(in Address prefix, int bits, uint value)
    {
        CheckBits(bits);
        if (bits < RouteTrie.PrefixBitsMax)
        {
            Changeable(bits).Values[PrefixTable.Mask(prefix, bits)] = value;
            return;
        }

        _changes[prefix] = new RouteChange(true, value);
    }

    /// <summary>Removes a prefix; false if it was not there.</summary>
    public bool Remove(in Address prefix, int bits)
    {
        CheckBits(bits);
        if (bits < RouteTrie.PrefixBitsMax)
            return Changeable(bits).Values.Remove(PrefixTable.Mask(prefix, bits));
        if (!Contains(prefix))
            return false;
        _changes[prefix] = default;
        return true;
    }

    /// <summary>The finished trie.</summary>
    public RouteTrie Build()
    {
        ImmutableArray<PrefixTable> prefixes = BuildPrefixes();
        if (_changes.Count == 0)
            return _trie.With(prefixes);
        Dictionary<RouteShard, KeyValuePair<Address, RouteChange>[]> changed = _changes
            .GroupBy(change => ShardOf(change.Key))
            .ToDictionary(group => group.Key, group => group.ToArray());
        HashSet<RouteShard> renewed = ChooseRenewed(changed);
        List<RouteShard> shards = new(_trie.Shards.Length);
        foreach (RouteShard shard in _trie.Shards)
        {
            if (!changed.TryGetValue(shard, out KeyValuePair<Address, RouteChange>[]? changes))
                shards.Add(shard);
            else if (renewed.Contains(shard))
                shard.Renew(_trie.Key, changes, shards);
            else
                shards.Add(shard.With(_trie.Key, changes));
        }

        return new RouteTrie(_trie.Key, [.. shards], prefixes);
    }

    private static void CheckBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RouteTrie.PrefixBitsMax);
    }

    private bool Contains(in Address address) => _changes.TryGetValue(address, out RouteChange change)
        ? change.IsThere
        : ShardOf(address).Contains(_trie.Key, address);

    private RouteShard ShardOf(in Address address) =>
        _trie.ByPlace[_trie.ShardOf(_trie.Key.Hash(address).Place)];

    /// <summary>Those that must be made anew, and of those that are due the fullest, up to a sum.</summary>
    private HashSet<RouteShard> ChooseRenewed(
        IReadOnlyDictionary<RouteShard, KeyValuePair<Address, RouteChange>[]> changed)
    {
        long left = _changes.Count * RenewedPerChange;
        HashSet<RouteShard> chosen = [];
        foreach ((RouteShard shard, KeyValuePair<Address, RouteChange>[] changes) in changed
            .OrderByDescending(entry => entry.Key.Changes.Count + entry.Value.Length))
        {
            if (!shard.IsDue(changes.Length) || (left <= 0 && !shard.IsLate(changes.Length)))
                continue;
            chosen.Add(shard);
            left -= shard.Count;
        }

        return chosen;
    }

    private ImmutableArray<PrefixTable> BuildPrefixes() => _changedPrefixes.Count == 0
        ? _trie.Prefixes
        : [.. _trie.Prefixes
            .Where(table => !_changedPrefixes.ContainsKey(table.Bits))
            .Concat(_changedPrefixes.Values
                .Where(table => table.Values.Count > 0)
                .Select(table => table.WithLines(_trie.Key)))
            .OrderByDescending(table => table.Bits)];

    private PrefixTable Changeable(int bits)
    {
        if (_changedPrefixes.TryGetValue(bits, out PrefixTable? table))
            return table;
        PrefixTable? old = _trie.Prefixes.FirstOrDefault(candidate => candidate.Bits == bits);
        table = new PrefixTable(bits, old is null ? [] : new Dictionary<Address, uint>(old.Values));
        _changedPrefixes.Add(bits, table);
        return table;
    }
}
