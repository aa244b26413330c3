using System.Collections.Immutable;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes the next <see cref="RouteTrie"/> aside, while readers go on with the old one. Keeps the leaves and
/// notes what differs; makes new leaves when that has become much. One thread; use <see cref="Build"/> once.
/// </summary>
public sealed class RouteTrieBuilder
{
    /// <summary>Changes that are kept beside the leaves, however few addresses those hold.</summary>
    private const int ChangesKept = 4_096;

    /// <summary>
    /// And one change for so many addresses: few enough that one look-up in ten meets a marked leaf, many
    /// enough that every change is paid for by some thirty insertions.
    /// </summary>
    private const int AddressesPerChange = 32;

    private readonly RouteTrie _trie;
    private readonly Dictionary<Address, RouteChange> _changes = [];
    private readonly Dictionary<int, PrefixTable> _changedPrefixes = [];
    private int _addressCount;

    internal RouteTrieBuilder(RouteTrie trie)
    {
        _trie = trie;
        _addressCount = trie.AddressCount;
    }

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

        if (!Contains(prefix))
            _addressCount++;
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
        _addressCount--;
        return true;
    }

    /// <summary>The finished trie.</summary>
    public RouteTrie Build()
    {
        ImmutableArray<PrefixTable> prefixes = BuildPrefixes();
        RouteLeaves leaves = _trie.Leaves;
        int changesMax = Math.Max(ChangesKept, leaves.Count / AddressesPerChange);
        if (_trie.Changes.Count + _changes.Count > changesMax)
        {
            return new RouteTrie(
                _trie.Key,
                MakeLeaves(),
                ImmutableDictionary<Address, RouteChange>.Empty,
                prefixes,
                _addressCount);
        }

        foreach (Address address in _changes.Keys)
            leaves.Mark(address);
        return new RouteTrie(
            _trie.Key, leaves, _trie.Changes.SetItems(_changes), prefixes, _addressCount);
    }

    private static void CheckBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RouteTrie.PrefixBitsMax);
    }

    private bool Contains(in Address address)
    {
        if (_changes.TryGetValue(address, out RouteChange change)
            || _trie.Changes.TryGetValue(address, out change))
        {
            return change.IsThere;
        }

        return _trie.Leaves.Contains(address);
    }

    private ImmutableArray<PrefixTable> BuildPrefixes() => _changedPrefixes.Count == 0
        ? _trie.Prefixes
        : [.. _trie.Prefixes
            .Where(table => !_changedPrefixes.ContainsKey(table.Bits))
            .Concat(_changedPrefixes.Values
                .Where(table => table.Values.Count > 0)
                .Select(table => table.WithFilter(_trie.Key)))
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

    /// <summary>Merges the sorted addresses of the old leaves with the sorted changes.</summary>
    private RouteLeaves MakeLeaves()
    {
        foreach ((Address address, RouteChange change) in _trie.Changes)
            _changes.TryAdd(address, change);
        Address[] changed = [.. _changes.Keys];
        Array.Sort(changed);
        ReadOnlySpan<Address> kept = _trie.Leaves.Addresses;
        ReadOnlySpan<uint> keptValues = _trie.Leaves.Values;
        Address[] addresses = new Address[_addressCount];
        uint[] values = new uint[_addressCount];
        int count = 0;
        int at = 0;
        foreach (Address address in changed)
        {
            for (; at < kept.Length && kept[at] < address; at++, count++)
                (addresses[count], values[count]) = (kept[at], keptValues[at]);
            if (at < kept.Length && kept[at] == address)
                at++;
            RouteChange change = _changes[address];
            if (change.IsThere)
                (addresses[count], values[count++]) = (address, change.Value);
        }

        for (; at < kept.Length; at++, count++)
            (addresses[count], values[count]) = (kept[at], keptValues[at]);
        return new RouteLeaves(_trie.Key, addresses, values);
    }
}
