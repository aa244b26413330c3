using System.Collections.Immutable;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// The addresses whose places begin with the same bits: leaves, and what changed since they were made. Made
/// anew by itself when that has become much, so that no update waits for the whole table. Never changes but
/// for marks on leaves.
/// </summary>
internal sealed class RouteShard
{
    /// <summary>Addresses of a shard; above it is split. Small enough to be made anew in between.</summary>
    public const int AddressesMax = 1 << 21;

    /// <summary>Changes that are kept beside the leaves, however few addresses those hold.</summary>
    private const int ChangesKept = 4_096;

    /// <summary>
    /// And one change for so many addresses: few enough that one look-up in ten meets a marked leaf, many
    /// enough that every change is paid for by some thirty insertions.
    /// </summary>
    private const int AddressesPerChange = 32;

    /// <summary>Shards of a trie become due at once; one may wait until it has so much more.</summary>
    private const int ChangesLateFactor = 4;

    private RouteShard(
        int bits, RouteLeaves leaves, ImmutableDictionary<Address, RouteChange> changes, int count)
    {
        (Bits, Leaves, Changes, Count) = (bits, leaves, changes, count);
    }

    /// <summary>How many bits of the place are the same.</summary>
    public int Bits { get; }

    /// <summary>Addresses at the time they were made.</summary>
    public RouteLeaves Leaves { get; }

    /// <summary>What is not as they say; the leaf of each is marked.</summary>
    public ImmutableDictionary<Address, RouteChange> Changes { get; }

    /// <summary>Addresses there are now.</summary>
    public int Count { get; }

    private int ChangesMax => Math.Max(ChangesKept, Leaves.Count / AddressesPerChange);

    /// <summary>A shard of leaves alone.</summary>
    public static RouteShard Of(int bits, RouteLeaves leaves) =>
        new(bits, leaves, ImmutableDictionary<Address, RouteChange>.Empty, leaves.Count);

    /// <summary>Makes leaves of addresses whose places agree in some bits; orders the spans.</summary>
    public static void Make(
        FingerprintKey key, int bits, Span<byte> addresses, Span<uint> values, List<RouteShard> shards)
    {
        if (values.Length <= AddressesMax)
        {
            shards.Add(Of(bits, new RouteLeaves(key, addresses, values)));
            return;
        }

        int zeros = Part(key, bits, addresses, values);
        Make(key, bits + 1, addresses[..(zeros * Address.Size)], values[..zeros], shards);
        Make(key, bits + 1, addresses[(zeros * Address.Size)..], values[zeros..], shards);
    }

    /// <summary>Whether new leaves are worth making with so many changes more.</summary>
    public bool IsDue(int changes) => Changes.Count + changes > ChangesMax;

    /// <summary>Whether they must be made then.</summary>
    public bool IsLate(int changes) => Changes.Count + changes > ChangesLateFactor * (long)ChangesMax;

    /// <summary>Whether an address is there.</summary>
    public bool Contains(FingerprintKey key, in Address address)
    {
        if (Changes.TryGetValue(address, out RouteChange change))
            return change.IsThere;
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return Leaves.Contains(bytes, key.Hash(bytes).Place);
    }

    /// <summary>The shard with more changes, noted beside the same leaves.</summary>
    public RouteShard With(FingerprintKey key, KeyValuePair<Address, RouteChange>[] changes)
    {
        int count = Count;
        foreach ((Address address, RouteChange change) in changes)
        {
            count += Convert.ToInt32(change.IsThere) - Convert.ToInt32(Contains(key, address));
            Leaves.Lines.Mark(key.Hash(address).Place);
        }

        return new RouteShard(Bits, Leaves, Changes.SetItems(changes), count);
    }

    /// <summary>The shard with more changes, in new leaves: one, or several of more bits.</summary>
    public void Renew(
        FingerprintKey key, KeyValuePair<Address, RouteChange>[] changes, List<RouteShard> shards)
    {
        Dictionary<Address, RouteChange> all = new(Changes);
        foreach ((Address address, RouteChange change) in changes)
        {
            all[address] = change;
            Leaves.Lines.Mark(key.Hash(address).Place);
        }

        int max = Leaves.Count + all.Count;
        byte[] addresses = GC.AllocateUninitializedArray<byte>(checked(max * Address.Size));
        uint[] values = GC.AllocateUninitializedArray<uint>(max);
        int count = Leaves.Merge(all, addresses, values);
        Make(key, Bits, addresses.AsSpan(0, count * Address.Size), values.AsSpan(0, count), shards);
    }

    /// <summary>Brings those whose next bit is zero to the front, and counts them.</summary>
    private static int Part(FingerprintKey key, int bits, Span<byte> addresses, Span<uint> values)
    {
        Span<byte> kept = stackalloc byte[Address.Size];
        int front = 0;
        int back = values.Length;
        while (front < back)
        {
            Span<byte> first = addresses.Slice(front * Address.Size, Address.Size);
            if ((key.Hash(first).Place << bits) >> 63 == 0)
            {
                front++;
                continue;
            }

            back--;
            Span<byte> last = addresses.Slice(back * Address.Size, Address.Size);
            first.CopyTo(kept);
            last.CopyTo(first);
            kept.CopyTo(last);
            (values[front], values[back]) = (values[back], values[front]);
        }

        return front;
    }
}
