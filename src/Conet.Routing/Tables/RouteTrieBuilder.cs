using System.Collections.Immutable;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes the next <see cref="RouteTrie"/> aside, while readers go on with the old one. Copies the pages it
/// changes, and no others; grows the root when leaves fill. One thread; use <see cref="Build"/> once.
/// </summary>
public sealed class RouteTrieBuilder
{
    private const double LoadMax = 0.6;

    private readonly RouteTrieKey _key;
    private readonly ImmutableDictionary<Address, uint>.Builder _addresses;
    private readonly ImmutableDictionary<Address, uint>.Builder _exact;
    private readonly Dictionary<int, PrefixTable> _changedPrefixes = [];
    private readonly ImmutableArray<PrefixTable> _prefixes;
    private RouteBucket[][] _pages;
    private bool[] _owned;

    internal RouteTrieBuilder(RouteTrie trie)
    {
        _key = trie.Key;
        _pages = [.. trie.Pages];
        _owned = new bool[_pages.Length];
        _exact = trie.Exact.ToBuilder();
        _prefixes = trie.Prefixes;
        _addresses = trie.Addresses.ToBuilder();
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

        bool isThere = _addresses.ContainsKey(prefix);
        _addresses[prefix] = value;
        if (isThere)
            Replace(prefix, value);
        else if (_addresses.Count > LoadMax * RouteBucket.Slots * RouteTrie.BucketsPerPage * _pages.Length)
            Grow();
        else
            Insert(prefix, value);
    }

    /// <summary>Removes a prefix; false if it was not there.</summary>
    public bool Remove(in Address prefix, int bits)
    {
        CheckBits(bits);
        if (bits < RouteTrie.PrefixBitsMax)
            return Changeable(bits).Values.Remove(PrefixTable.Mask(prefix, bits));
        if (!_addresses.Remove(prefix))
            return false;
        if (_exact.Remove(prefix))
            return true;
        ref RouteBucket bucket = ref Own(prefix, out ulong print);
        bucket.Prints[bucket.IndexOf(print)] = 0;
        return true;
    }

    /// <summary>The finished trie.</summary>
    public RouteTrie Build()
    {
        ImmutableArray<PrefixTable> prefixes = _changedPrefixes.Count == 0
            ? _prefixes
            : [.. _prefixes
                .Where(table => !_changedPrefixes.ContainsKey(table.Bits))
                .Concat(_changedPrefixes.Values.Where(table => table.Values.Count > 0))
                .OrderByDescending(table => table.Bits)];
        return new RouteTrie(_key, _pages, _addresses.ToImmutable(), _exact.ToImmutable(), prefixes);
    }

    private static void CheckBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RouteTrie.PrefixBitsMax);
    }

    private void Replace(in Address address, uint value)
    {
        if (_exact.ContainsKey(address))
        {
            _exact[address] = value;
            return;
        }

        ref RouteBucket bucket = ref Own(address, out ulong print);
        bucket.Results[bucket.IndexOf(print)] = value;
    }

    /// <summary>
    /// An address whose fingerprint its leaf already holds for another one goes to the exact table.
    /// </summary>
    private void Insert(in Address address, uint value)
    {
        ref RouteBucket bucket = ref Own(address, out ulong print);
        int free = bucket.IndexOf(print) >= 0 ? -1 : bucket.IndexOf(0);
        if (free < 0)
        {
            bucket.HasOverflow = 1;
            _exact[address] = value;
            return;
        }

        bucket.Prints[free] = print;
        bucket.Results[free] = value;
    }

    private (ulong Place, ulong Print) Hash(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return _key.Hash(bytes);
    }

    private ref RouteBucket Own(in Address address, out ulong print)
    {
        (ulong place, print) = Hash(address);
        int index = RouteTrie.BucketIndex(place, _pages.Length * RouteTrie.BucketsPerPage);
        int page = index / RouteTrie.BucketsPerPage;
        if (!_owned[page])
        {
            _pages[page] = [.. _pages[page]];
            _owned[page] = true;
        }

        return ref _pages[page][index % RouteTrie.BucketsPerPage];
    }

    private PrefixTable Changeable(int bits)
    {
        if (_changedPrefixes.TryGetValue(bits, out PrefixTable? table))
            return table;
        PrefixTable? old = _prefixes.FirstOrDefault(candidate => candidate.Bits == bits);
        table = new PrefixTable(bits, old is null ? [] : new Dictionary<Address, uint>(old.Values));
        _changedPrefixes.Add(bits, table);
        return table;
    }

    private void Grow()
    {
        int pages = 2 * _pages.Length;
        _pages = new RouteBucket[pages][];
        _owned = new bool[pages];
        for (int i = 0; i < pages; i++)
        {
            _pages[i] = new RouteBucket[RouteTrie.BucketsPerPage];
            _owned[i] = true;
        }

        _exact.Clear();
        foreach ((Address address, uint value) in _addresses)
            Insert(address, value);
    }
}
