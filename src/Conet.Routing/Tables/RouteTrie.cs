using System.Collections.Immutable;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// Longest prefix match over 160-bit addresses, prefixes of 1 to 160 bits, each with a <see cref="uint"/>
/// value. Whole addresses, which most routes are, lie in the leaves of one wide root stride: the walk is one
/// memory access. Shorter prefixes lie in one small table per length that occurs. An instance never changes:
/// readers take it and look up without locks, on any thread; <see cref="ToBuilder"/> makes the next one.
/// </summary>
/// <remarks>
/// A leaf is a line of the cache and holds a keyed 64-bit fingerprint in place of the address. Two addresses
/// that were inserted are never confused: the second of a pair that collides goes to a table of exact
/// addresses. One that was not inserted is taken for one that was with a probability below 2^-60. Instances
/// share leaves: what changed since they were made lies in tables of changes, and their leaves are marked,
/// so that nobody else looks there. Leaves are made anew by shards. Look-ups allocate nothing. Source:
/// docs/decisions/0007.
/// </remarks>
public sealed class RouteTrie
{
    /// <summary>Bits of a whole address.</summary>
    public const int PrefixBitsMax = 8 * Address.Size;

    private readonly FingerprintDirectory _root;

    internal RouteTrie(
        FingerprintKey key, ImmutableArray<RouteShard> shards, ImmutableArray<PrefixTable> prefixes)
    {
        Key = key;
        Shards = shards;
        Prefixes = prefixes;
        ByPlace = Spread(shards);
        _root = new FingerprintDirectory(key, [.. ByPlace.Select(shard => shard.Leaves.Lines)]);
        AddressCount = shards.Sum(shard => shard.Count);
    }

    private RouteTrie(RouteTrie trie, ImmutableArray<PrefixTable> prefixes)
    {
        (Key, Shards, ByPlace, _root, AddressCount) =
            (trie.Key, trie.Shards, trie.ByPlace, trie._root, trie.AddressCount);
        Prefixes = prefixes;
    }

    /// <summary>Whole addresses in the table.</summary>
    public int AddressCount { get; }

    /// <summary>Prefixes shorter than an address.</summary>
    public int PrefixCount => Prefixes.Sum(table => table.Values.Count);

    internal FingerprintKey Key { get; }

    /// <summary>In the order of the bits they stand for.</summary>
    internal ImmutableArray<RouteShard> Shards { get; }

    /// <summary>The same, each as often as it takes to be found by as many bits as the root has.</summary>
    internal ImmutableArray<RouteShard> ByPlace { get; }

    /// <summary>Longest first.</summary>
    internal ImmutableArray<PrefixTable> Prefixes { get; }

    /// <summary>Memory that look-ups of whole addresses read. Bytes.</summary>
    internal long LineBytes => Shards.Sum(shard => shard.Leaves.Lines.Bytes);

    /// <summary>Memory of whole addresses, but for changes. Bytes.</summary>
    internal long Bytes => LineBytes + Shards.Sum(shard => shard.Leaves.BytesBeside);

    /// <summary>An empty trie.</summary>
    /// <param name="secret">
    /// 32 bytes from a secure generator; places addresses where nobody can foresee.
    /// </param>
    public static RouteTrie Create(ReadOnlySpan<byte> secret)
    {
        FingerprintKey key = new(secret);
        return new(key, [RouteShard.Of(0, new RouteLeaves(key, [], []))], []);
    }

    /// <summary>A trie of many whole addresses at once, made by all processors.</summary>
    /// <param name="secret">As for <see cref="Create"/>.</param>
    /// <param name="count">Addresses.</param>
    /// <param name="read">Gives them; called by several threads, and twice for each.</param>
    internal static RouteTrie Load(ReadOnlySpan<byte> secret, long count, RouteReader read) =>
        new RouteTrieLoader(new FingerprintKey(secret), count, read).Load();

    /// <summary>Starts the next instance.</summary>
    public RouteTrieBuilder ToBuilder() => new(this);

    /// <summary>Finds the value of the longest prefix of <paramref name="address"/> (20 bytes).</summary>
    public bool TryFind(ReadOnlySpan<byte> address, out uint value)
    {
        bool isFound = _root.TryFind(address, out ulong place, out value, out bool isMarked);
        return isMarked || !isFound ? TryFindElsewhere(address, place, isMarked, isFound, ref value) : true;
    }

    /// <summary>Finds many at once; the memory accesses overlap.</summary>
    /// <param name="cells">Buffer the addresses lie in.</param>
    /// <param name="offsets">Where each begins.</param>
    /// <param name="values">Receives the values; undefined where nothing was found.</param>
    /// <param name="found">Receives whether something was found.</param>
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values, Span<bool> found)
    {
        int left = offsets.Length - _root.Find(cells, offsets, values, found);
        for (int i = -1; left > 0; left--)
        {
            i += 1 + found[(i + 1)..].IndexOf(false);
            found[i] = TryFind(cells.Slice(offsets[i], Address.Size), out values[i]);
        }
    }

    /// <summary>The same whole addresses under other prefixes.</summary>
    internal RouteTrie With(ImmutableArray<PrefixTable> prefixes) => new(this, prefixes);

    /// <summary>Which of <see cref="ByPlace"/> a place is in.</summary>
    internal int ShardOf(ulong place) => _root.IndexOf(place);

    private static ImmutableArray<RouteShard> Spread(ImmutableArray<RouteShard> shards)
    {
        int bits = shards.Max(shard => shard.Bits);
        return [.. shards.SelectMany(shard => Enumerable.Repeat(shard, 1 << (bits - shard.Bits)))];
    }

    /// <summary>
    /// What the leaf alone does not decide: a marked one may be overruled by a change or by an exact address;
    /// a whole address that is not there may lie under a prefix.
    /// </summary>
    private bool TryFindElsewhere(
        ReadOnlySpan<byte> address, ulong place, bool isMarked, bool isInLeaf, ref uint value)
    {
        if (isMarked)
        {
            Address whole = new(address);
            RouteShard shard = ByPlace[_root.IndexOf(place)];
            if (shard.Changes.TryGetValue(whole, out RouteChange change))
            {
                value = change.Value;
                return change.IsThere || TryFindPrefix(address, out value);
            }

            if (shard.Leaves.TryFindExact(whole, out uint? exact))
            {
                value = exact.Value;
                return true;
            }
        }

        return isInLeaf || TryFindPrefix(address, out value);
    }

    private bool TryFindPrefix(ReadOnlySpan<byte> address, out uint value)
    {
        value = 0;
        foreach (PrefixTable table in Prefixes)
        {
            if (table.TryFind(Key, address, out value))
                return true;
        }

        return false;
    }
}
