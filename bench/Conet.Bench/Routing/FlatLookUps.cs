using System.Security.Cryptography;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>A flat table of the addresses, and one of the prefixes.</summary>
internal sealed class FlatLookUps : ManagedLookUps
{
    private const int SecretSize = 32;
    private const int Ahead = 32;

    private readonly LookUpScene _scene;
    private readonly FlatTable _routes;
    private readonly FlatTable _prefixes;
    private readonly int[] _places = new int[LookUpScene.Batch];

    public FlatLookUps(LookUpScene scene)
        : base(scene)
    {
        _scene = scene;
        byte[] secret = RandomNumberGenerator.GetBytes(SecretSize);
        _routes = new FlatTable(secret, scene.Routes);
        _prefixes = new FlatTable(secret, LookUpScene.Nodes);
        Span<byte> address = stackalloc byte[Address.Size];
        for (long route = 0; route < scene.Routes; route++)
        {
            scene.WriteAddress(route, address);
            _routes.Insert(address, LookUpScene.ValueOf(route));
        }

        for (uint node = 1; node <= LookUpScene.Nodes; node++)
        {
            LookUpScene.Prefix(node).CopyTo(address);
            _prefixes.Insert(address, node);
        }
    }

    public override string Structure => "flat";

    public override bool HasBatches => true;

    public override double BytesPerRoute => (double)_routes.Bytes / _scene.Routes;

    protected override void FindSingly(ReadOnlySpan<byte> cells, Span<uint> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            ReadOnlySpan<byte> address = AddressAt(cells, index);
            Find(_routes.PlaceOf(address), address, out values[index]);
        }
    }

    protected override void FindBatch(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values)
    {
        int ahead = 0;
        for (; ahead < Ahead; ahead++)
            Ask(cells, offsets, ahead);
        for (int index = 0; index < offsets.Length; index++)
        {
            Find(_places[index], cells.Slice(offsets[index], Address.Size), out values[index]);
            if (ahead < offsets.Length)
                Ask(cells, offsets, ahead++);
        }
    }

    private void Ask(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, int index)
    {
        _places[index] = _routes.PlaceOf(cells.Slice(offsets[index], Address.Size));
        _routes.Prefetch(_places[index]);
    }

    private void Find(int place, ReadOnlySpan<byte> address, out uint value)
    {
        if (_routes.TryFind(place, address, out value))
            return;
        Span<byte> prefix = stackalloc byte[Address.Size];
        prefix.Clear();
        address[..(LookUpScene.NodePrefixBits / 8)].CopyTo(prefix);
        _prefixes.TryFind(_prefixes.PlaceOf(prefix), prefix, out value);
    }
}
