using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// Whole addresses of one shard of a trie: their fingerprints in leaves of one cache line each, for look-ups;
/// and beside them, in the order of the leaves, the addresses themselves, for whoever makes the next leaves.
/// Not changed once made, but for marks on leaves, which say only that one has to look elsewhere first.
/// </summary>
internal sealed class RouteLeaves
{
    /// <summary>Addresses of a leaf on average: 20 bytes each, and 19 of 20 lie in the leaf itself.</summary>
    private const double AddressesPerLeaf = 3.2;

    private readonly FingerprintKey _key;
    private readonly int[] _starts;
    private readonly byte[] _addresses;
    private readonly Dictionary<Address, uint> _exact = [];

    /// <summary>Makes the leaves.</summary>
    /// <param name="key">Decides where each address lies.</param>
    /// <param name="addresses">20 bytes each, each address once, in any order.</param>
    /// <param name="values">One for each.</param>
    public RouteLeaves(FingerprintKey key, ReadOnlySpan<byte> addresses, ReadOnlySpan<uint> values)
    {
        _key = key;
        Count = values.Length;
        Lines = new FingerprintLines(1 + (int)(Count / AddressesPerLeaf));
        _starts = new int[Lines.LineCount + 1];
        _addresses = GC.AllocateUninitializedArray<byte>(Count * Address.Size);
        uint[] ordered = GC.AllocateUninitializedArray<uint>(Count);
        Order(addresses, values, ordered);
        for (int index = 0; index < Count; index++)
            Insert(AddressAt(index), ordered[index]);
    }

    /// <summary>What look-ups read.</summary>
    public FingerprintLines Lines { get; }

    public int Count { get; }

    /// <summary>Bytes that are not <see cref="Lines"/>.</summary>
    public long BytesBeside => _addresses.LongLength + ((long)_starts.Length * sizeof(int));

    /// <summary>Whether an address is there.</summary>
    /// <param name="address">20 bytes.</param>
    /// <param name="place">Its place.</param>
    public bool Contains(ReadOnlySpan<byte> address, ulong place)
    {
        int line = Lines.IndexOf(place);
        for (int index = _starts[line]; index < _starts[line + 1]; index++)
        {
            if (AddressAt(index).SequenceEqual(address))
                return true;
        }

        return false;
    }

    /// <summary>
    /// An address whose fingerprint another one has, or whose walk was full; its leaf is marked.
    /// </summary>
    public bool TryFindExact(in Address address, [NotNullWhen(true)] out uint? value)
    {
        value = _exact.Count != 0 && _exact.TryGetValue(address, out uint exact) ? exact : null;
        return value is not null;
    }

    /// <summary>
    /// Writes what is in force to the beginning of two spans: these addresses and values as changes say.
    /// </summary>
    /// <param name="changes">Those of this shard; the leaf of each is marked.</param>
    /// <param name="addresses">Room for all, 20 bytes each.</param>
    /// <param name="values">Room for all.</param>
    /// <returns>How many there are.</returns>
    public int Merge(
        IReadOnlyDictionary<Address, RouteChange> changes, Span<byte> addresses, Span<uint> values)
    {
        int count = 0;
        for (int line = 0; line + 1 < _starts.Length; line++)
        {
            bool isMarked = Lines.IsMarked(line);
            for (int index = _starts[line]; index < _starts[line + 1]; index++)
            {
                ReadOnlySpan<byte> address = AddressAt(index);
                if (isMarked && changes.ContainsKey(new Address(address)))
                    continue;
                address.CopyTo(addresses[(count * Address.Size)..]);
                values[count++] = ValueOf(address, isMarked);
            }
        }

        foreach ((Address address, RouteChange change) in changes)
        {
            if (!change.IsThere)
                continue;
            address.CopyTo(addresses[(count * Address.Size)..]);
            values[count++] = change.Value;
        }

        return count;
    }

    private ReadOnlySpan<byte> AddressAt(int index) =>
        _addresses.AsSpan(index * Address.Size, Address.Size);

    private uint ValueOf(ReadOnlySpan<byte> address, bool isMarked)
    {
        if (isMarked && TryFindExact(new Address(address), out uint? exact))
            return exact.Value;
        (ulong place, ulong print) = _key.Hash(address);
        Lines.TryFind(place, print, out uint value, out _);
        return value;
    }

    /// <summary>Copies by leaf: counts first, so that every leaf's part has its place.</summary>
    private void Order(ReadOnlySpan<byte> addresses, ReadOnlySpan<uint> values, Span<uint> ordered)
    {
        int[] leaves = GC.AllocateUninitializedArray<int>(values.Length);
        for (int index = 0; index < leaves.Length; index++)
        {
            (ulong place, _) = _key.Hash(addresses.Slice(index * Address.Size, Address.Size));
            leaves[index] = Lines.IndexOf(place);
            _starts[leaves[index]]++;
        }

        int end = 0;
        foreach (ref int start in _starts.AsSpan())
            start = end += start;

        // Each start now is the end of its leaf, and goes down to its beginning.
        for (int index = leaves.Length - 1; index >= 0; index--)
        {
            int at = --_starts[leaves[index]];
            addresses.Slice(index * Address.Size, Address.Size).CopyTo(_addresses.AsSpan(at * Address.Size));
            ordered[at] = values[index];
        }
    }

    private void Insert(ReadOnlySpan<byte> address, uint value)
    {
        (ulong place, ulong print) = _key.Hash(address);
        if (!Lines.TryInsert(place, print, value))
            CollectionsMarshal.GetValueRefOrAddDefault(_exact, new Address(address), out _) = value;
    }
}
