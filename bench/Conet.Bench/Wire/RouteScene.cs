using System.Buffers.Binary;
using System.Collections.Immutable;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>
/// A table of random whole addresses and the prefixes of its nodes, always the same for a size, and
/// destinations to look up in it. Immutable once made.
/// </summary>
internal sealed class RouteScene
{
    /// <summary>Nodes of the network: ids 1 to this.</summary>
    public const int Nodes = 256;

    /// <summary>Destinations of each kind, in an order that no cache foresees.</summary>
    public const int Queries = 1 << 20;

    private const int Seed = 20_260_101;
    private const int NodePrefixBits = 32;
    private const int TableSecretSize = 32;

    private static RouteScene? _latest;

    private readonly byte[] _addresses;

    private RouteScene(int routes)
    {
        Random random = new(Seed);
        byte[] secret = new byte[TableSecretSize];
        random.NextBytes(secret);
        _addresses = new byte[routes * Address.Size];
        random.NextBytes(_addresses);
        Count = routes;
        Table = MakeTable(secret);
        Hits = new byte[Queries * Address.Size];
        for (int query = 0; query < Queries; query++)
            AddressAt(random.Next(routes)).CopyTo(Hits.AsSpan(query * Address.Size));
        Misses = new byte[Queries * Address.Size];
        random.NextBytes(Misses);
    }

    /// <summary>Routes of the scenes that benchmarks use; set once, before they run.</summary>
    public static int Size { get; set; } = 1_000_000;

    /// <summary>Whole addresses in the table.</summary>
    public int Count { get; }

    /// <summary>The table.</summary>
    public RouteTable Table { get; }

    /// <summary>Destinations that have a route, 20 bytes each.</summary>
    public byte[] Hits { get; }

    /// <summary>Destinations that have none, 20 bytes each.</summary>
    public byte[] Misses { get; }

    /// <summary>The scene of <see cref="Size"/>; made once.</summary>
    public static RouteScene Take()
    {
        if (_latest?.Count != Size)
            _latest = new RouteScene(Size);
        return _latest;
    }

    /// <summary>The same routes in .NET's own hash table.</summary>
    public Dictionary<Address, uint> ToDictionary()
    {
        Dictionary<Address, uint> copy = new(Count);
        for (int route = 0; route < Count; route++)
            copy[new Address(AddressAt(route))] = HomeOf(route);
        return copy;
    }

    private static uint HomeOf(int route) => (uint)(route % Nodes);

    private ReadOnlySpan<byte> AddressAt(int route) => _addresses.AsSpan(route * Address.Size, Address.Size);

    private RouteTable MakeTable(ReadOnlySpan<byte> secret)
    {
        HomeSets sets = new();
        RouteTrieBuilder trie = RouteTrie.Create(secret).ToBuilder();
        Span<byte> prefix = stackalloc byte[Address.Size];
        prefix.Clear();
        for (uint node = 0; node < Nodes; node++)
        {
            uint index = sets.IndexOf(new Homes(node + 1, 0, 0));
            BinaryPrimitives.WriteUInt32BigEndian(prefix, node + 1);
            trie.Set(new Address(prefix), NodePrefixBits, index);
        }

        for (int route = 0; route < Count; route++)
            trie.Set(new Address(AddressAt(route)), RouteTrie.PrefixBitsMax, HomeOf(route));
        return new RouteTable
        {
            Trie = trie.Build(),
            Routes = RouteRows.Create(sets),
            Nodes = ImmutableSortedDictionary<uint, NodeRow>.Empty,
            NodePosition = default,
            RoutePosition = default,
            TimeSeconds = 0,
        };
    }
}
