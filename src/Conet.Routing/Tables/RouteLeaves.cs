using System.Diagnostics.CodeAnalysis;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// The whole addresses of a trie: their fingerprints in leaves of one cache line each, for look-ups; and
/// beside them, sorted, the addresses themselves, for whoever makes the next trie. Not changed once made,
/// but for marks on leaves, which say only that one has to look elsewhere first.
/// </summary>
internal sealed class RouteLeaves
{
    /// <summary>Addresses of a leaf on average: 20 bytes each, and 19 of 20 lie in the leaf itself.</summary>
    private const double AddressesPerLeaf = 3.2;

    private readonly RouteTrieKey _key;
    private readonly Address[] _addresses;
    private readonly uint[] _values;
    private readonly Dictionary<Address, uint> _exact = [];

    /// <summary>Makes the leaves.</summary>
    /// <param name="key">Decides where each address lies.</param>
    /// <param name="addresses">Sorted, each once; taken over.</param>
    /// <param name="values">One for each; taken over.</param>
    public RouteLeaves(RouteTrieKey key, Address[] addresses, uint[] values)
    {
        _key = key;
        _addresses = addresses;
        _values = values;
        Lines = new FingerprintLines(1 + (int)(addresses.Length / AddressesPerLeaf));
        for (int i = 0; i < addresses.Length; i++)
            Insert(addresses[i], values[i]);
    }

    /// <summary>What look-ups read.</summary>
    public FingerprintLines Lines { get; }

    public int Count => _addresses.Length;

    public ReadOnlySpan<Address> Addresses => _addresses;

    public ReadOnlySpan<uint> Values => _values;

    /// <summary>Whether an address is there.</summary>
    public bool Contains(in Address address) => Array.BinarySearch(_addresses, address) >= 0;

    /// <summary>Makes every later look-up of an address see that its leaf is marked.</summary>
    public void Mark(in Address address)
    {
        (ulong place, _) = _key.Hash(address);
        Lines.Mark(place);
    }

    /// <summary>
    /// An address whose fingerprint another one has, or whose walk was full; its leaf is marked.
    /// </summary>
    public bool TryFindExact(in Address address, [NotNullWhen(true)] out uint? value)
    {
        value = _exact.Count != 0 && _exact.TryGetValue(address, out uint exact) ? exact : null;
        return value is not null;
    }

    private void Insert(in Address address, uint value)
    {
        (ulong place, ulong print) = _key.Hash(address);
        if (!Lines.TryInsert(place, print, value))
            _exact.Add(address, value);
    }
}
