using System.Collections.Immutable;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tables;

/// <summary>
/// Longest prefix match over 160-bit addresses, prefixes of 1 to 160 bits, each with a <see cref="uint"/>
/// value. Whole addresses, which most routes are, lie in the leaves of one wide root stride: the walk is one
/// memory access. Shorter prefixes lie in one small table per length that occurs. An instance never changes:
/// readers take it and look up without locks, on any thread; <see cref="ToBuilder"/> makes the next one,
/// sharing all pages that did not change.
/// </summary>
/// <remarks>
/// A leaf holds a keyed 64-bit fingerprint in place of the address. Two addresses that were inserted are
/// never confused: the second of a pair that collides goes to a table of exact addresses. One that was not
/// inserted is taken for one that was with a probability below 2^-61. Look-ups allocate nothing.
/// </remarks>
public sealed class RouteTrie
{
    /// <summary>Bits of a whole address.</summary>
    public const int PrefixBitsMax = 8 * Address.Size;

    internal const int BucketsPerPage = 64;

    private const int GroupSize = 32;

    internal RouteTrie(
        RouteTrieKey key,
        RouteBucket[][] pages,
        ImmutableDictionary<Address, uint> addresses,
        ImmutableDictionary<Address, uint> exact,
        ImmutableArray<PrefixTable> prefixes)
    {
        Key = key;
        Pages = pages;
        Addresses = addresses;
        Exact = exact;
        Prefixes = prefixes;
    }

    /// <summary>Whole addresses in the table.</summary>
    public int AddressCount => Addresses.Count;

    /// <summary>Prefixes shorter than an address.</summary>
    public int PrefixCount => Prefixes.Sum(table => table.Values.Count);

    internal RouteTrieKey Key { get; }

    internal RouteBucket[][] Pages { get; }

    /// <summary>Every whole address again, for the builder alone: leaves hold fingerprints.</summary>
    internal ImmutableDictionary<Address, uint> Addresses { get; }

    internal ImmutableDictionary<Address, uint> Exact { get; }

    /// <summary>Longest first.</summary>
    internal ImmutableArray<PrefixTable> Prefixes { get; }

    /// <summary>An empty trie.</summary>
    /// <param name="secret">
    /// 32 bytes from a secure generator; places addresses where nobody can foresee.
    /// </param>
    public static RouteTrie Create(ReadOnlySpan<byte> secret) =>
        new(
            new RouteTrieKey(secret),
            [new RouteBucket[BucketsPerPage]],
            ImmutableDictionary<Address, uint>.Empty,
            ImmutableDictionary<Address, uint>.Empty,
            []);

    /// <summary>Starts the next instance.</summary>
    public RouteTrieBuilder ToBuilder() => new(this);

    /// <summary>Finds the value of the longest prefix of <paramref name="address"/> (20 bytes).</summary>
    public bool TryFind(ReadOnlySpan<byte> address, out uint value)
    {
        (ulong place, ulong print) = Key.Hash(address);
        return TryFindAddress(ref Bucket(place), print, address, out value)
            || TryFindPrefix(address, out value);
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
        for (int start = 0; start < offsets.Length; start += GroupSize)
        {
            int count = Math.Min(GroupSize, offsets.Length - start);
            for (int i = 0; i < count; i++)
                (places[i], prints[i]) = Key.Hash(cells.Slice(offsets[start + i], Address.Size));
            uint touched = 0;
            for (int i = 0; i < count; i++)
                touched |= Bucket(places[i]).HasOverflow; // independent loads: the misses overlap
            _ = touched;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> address = cells.Slice(offsets[start + i], Address.Size);
                found[start + i] =
                    TryFindAddress(ref Bucket(places[i]), prints[i], address, out values[start + i])
                    || TryFindPrefix(address, out values[start + i]);
            }
        }
    }

    internal static int BucketIndex(ulong place, int bucketCount) =>
        (int)Math.BigMul(place, (ulong)bucketCount, out _);

    private ref RouteBucket Bucket(ulong place)
    {
        int index = BucketIndex(place, Pages.Length * BucketsPerPage);
        return ref Pages[index / BucketsPerPage][index % BucketsPerPage];
    }

    private bool TryFindAddress(
        ref RouteBucket bucket, ulong print, ReadOnlySpan<byte> address, out uint value)
    {
        int slot = bucket.IndexOf(print);
        bool isCrowded = bucket.HasOverflow != 0;
        if (isCrowded && Exact.TryGetValue(new Address(address), out value))
            return true;
        value = slot < 0 ? 0 : bucket.Results[slot];
        return slot >= 0;
    }

    private bool TryFindPrefix(ReadOnlySpan<byte> address, out uint value)
    {
        value = 0;
        if (Prefixes.Length == 0)
            return false;
        Address whole = new(address);
        foreach (PrefixTable table in Prefixes)
        {
            if (table.Values.TryGetValue(PrefixTable.Mask(whole, table.Bits), out value))
                return true;
        }

        return false;
    }
}
