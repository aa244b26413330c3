using System.Collections.Immutable;
using Conet.Wire.Addresses;

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
/// addresses. One that was not inserted is taken for one that was with a probability below 2^-61. Instances
/// share leaves: what changed since they were made lies in a table of changes, and their leaves are marked,
/// so that nobody else looks there. Look-ups allocate nothing.
/// </remarks>
public sealed class RouteTrie
{
    /// <summary>Bits of a whole address.</summary>
    public const int PrefixBitsMax = 8 * Address.Size;

    private const int GroupSize = 64;

    internal RouteTrie(
        RouteTrieKey key,
        RouteLeaves leaves,
        ImmutableDictionary<Address, RouteChange> changes,
        ImmutableArray<PrefixTable> prefixes,
        int addressCount)
    {
        Key = key;
        Leaves = leaves;
        Changes = changes;
        Prefixes = prefixes;
        AddressCount = addressCount;
    }

    /// <summary>Whole addresses in the table.</summary>
    public int AddressCount { get; }

    /// <summary>Prefixes shorter than an address.</summary>
    public int PrefixCount => Prefixes.Sum(table => table.Values.Count);

    internal RouteTrieKey Key { get; }

    internal RouteLeaves Leaves { get; }

    /// <summary>What is not as the leaves say.</summary>
    internal ImmutableDictionary<Address, RouteChange> Changes { get; }

    /// <summary>Longest first.</summary>
    internal ImmutableArray<PrefixTable> Prefixes { get; }

    /// <summary>An empty trie.</summary>
    /// <param name="secret">
    /// 32 bytes from a secure generator; places addresses where nobody can foresee.
    /// </param>
    public static RouteTrie Create(ReadOnlySpan<byte> secret)
    {
        RouteTrieKey key = new(secret);
        return new(key, new RouteLeaves(key, [], []), ImmutableDictionary<Address, RouteChange>.Empty, [], 0);
    }

    /// <summary>Starts the next instance.</summary>
    public RouteTrieBuilder ToBuilder() => new(this);

    /// <summary>Finds the value of the longest prefix of <paramref name="address"/> (20 bytes).</summary>
    public bool TryFind(ReadOnlySpan<byte> address, out uint value)
    {
        (ulong place, ulong print) = Key.Hash(address);
        bool isFound = Leaves.Lines.TryFind(place, print, out value, out bool isMarked);
        if (isMarked || !isFound)
            isFound = TryFindElsewhere(address, isMarked, isFound, ref value);
        GC.KeepAlive(Leaves.Lines);
        return isFound;
    }

    /// <summary>Finds many at once; the memory accesses of a group overlap.</summary>
    /// <param name="cells">Buffer the addresses lie in.</param>
    /// <param name="offsets">Where each begins.</param>
    /// <param name="values">Receives the values; undefined where nothing was found.</param>
    /// <param name="found">Receives whether something was found.</param>
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values, Span<bool> found)
    {
        Span<ulong> places = stackalloc ulong[GroupSize];
        Span<ulong> prints = stackalloc ulong[GroupSize];
        values = values[..offsets.Length];
        found = found[..offsets.Length];
        for (int start = 0; start < offsets.Length; start += GroupSize)
        {
            ReadOnlySpan<int> group = offsets[start..Math.Min(start + GroupSize, offsets.Length)];
            for (int i = 0; i < group.Length; i++)
            {
                (places[i], prints[i]) = Key.Hash(cells.Slice(group[i], Address.Size));
                Leaves.Lines.Prefetch(places[i]);
            }

            for (int i = 0; i < group.Length; i++)
            {
                bool isFound = Leaves.Lines.TryFind(
                    places[i], prints[i], out uint value, out bool isMarked);
                if (isMarked || !isFound)
                {
                    ReadOnlySpan<byte> address = cells.Slice(group[i], Address.Size);
                    isFound = TryFindElsewhere(address, isMarked, isFound, ref value);
                }

                values[start + i] = value;
                found[start + i] = isFound;
            }
        }

        GC.KeepAlive(Leaves.Lines);
    }

    /// <summary>
    /// What the leaf alone does not decide: a marked one may be overruled by a change or by an exact address;
    /// a whole address that is not there may lie under a prefix.
    /// </summary>
    private bool TryFindElsewhere(ReadOnlySpan<byte> address, bool isMarked, bool isInLeaf, ref uint value)
    {
        Address whole = new(address);
        if (isMarked)
        {
            if (Changes.TryGetValue(whole, out RouteChange change))
            {
                value = change.Value;
                return change.IsThere || TryFindPrefix(whole, out value);
            }

            if (Leaves.TryFindExact(whole, out uint? exact))
            {
                value = exact.Value;
                return true;
            }
        }

        return isInLeaf || TryFindPrefix(whole, out value);
    }

    private bool TryFindPrefix(in Address address, out uint value)
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
