using System.Collections.Frozen;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>.NET's own hash tables: one for the addresses, one for the prefixes.</summary>
internal sealed class DictionaryLookUps : ManagedLookUps
{
    private readonly LookUpScene _scene;
    private readonly Dictionary<Address, uint> _prefixes = [];
    private readonly long _bytes;
    private Dictionary<Address, uint>? _routes;
    private FrozenDictionary<Address, uint>? _frozen;

    public DictionaryLookUps(LookUpScene scene, bool isFrozen)
        : base(scene)
    {
        _scene = scene;
        for (uint node = 1; node <= LookUpScene.Nodes; node++)
            _prefixes.Add(LookUpScene.Prefix(node), node);
        _bytes = Weigh(() => Make(isFrozen));
    }

    public override string Structure => _frozen is null ? "dictionary" : "frozen";

    public override bool HasBatches => false;

    public override double BytesPerRoute => (double)_bytes / _scene.Routes;

    protected override void FindSingly(ReadOnlySpan<byte> cells, Span<uint> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            Address address = new(AddressAt(cells, index));
            bool isFound = _frozen is null
                ? _routes!.TryGetValue(address, out values[index])
                : _frozen.TryGetValue(address, out values[index]);
            if (!isFound)
                _prefixes.TryGetValue(PrefixOf(address), out values[index]);
        }
    }

    protected override void FindBatch(
        ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values) =>
        throw new NotSupportedException("A dictionary looks up one after the other.");

    private static Address PrefixOf(in Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        bytes[(LookUpScene.NodePrefixBits / 8)..].Clear();
        return new Address(bytes);
    }

    private void Make(bool isFrozen)
    {
        Dictionary<Address, uint> routes = new((int)_scene.Routes);
        Span<byte> bytes = stackalloc byte[Address.Size];
        for (long route = 0; route < _scene.Routes; route++)
        {
            _scene.WriteAddress(route, bytes);
            routes[new Address(bytes)] = LookUpScene.ValueOf(route);
        }

        _frozen = isFrozen ? routes.ToFrozenDictionary() : null;
        _routes = isFrozen ? null : routes;
    }
}
