using System.Security.Cryptography;
using Conet.Routing.Tables;

namespace Conet.Bench.Routing;

/// <summary>The route trie.</summary>
internal sealed class TrieLookUps : ManagedLookUps
{
    private const int SecretSize = 32;

    private readonly LookUpScene _scene;
    private readonly bool[] _found = new bool[LookUpScene.Batch];

    public TrieLookUps(LookUpScene scene)
        : base(scene)
    {
        _scene = scene;
        byte[] secret = RandomNumberGenerator.GetBytes(SecretSize);
        RouteTrieBuilder builder = RouteTrie.Load(secret, scene.Routes, scene.Read).ToBuilder();
        for (uint node = 1; node <= LookUpScene.Nodes; node++)
            builder.Set(LookUpScene.Prefix(node), LookUpScene.NodePrefixBits, node);
        Trie = builder.Build();
    }

    public RouteTrie Trie { get; private set; }

    public override string Structure => "trie";

    public override bool HasBatches => true;

    public override double BytesPerRoute => (double)Trie.LineBytes / _scene.Routes;

    public override double BytesPerRouteInAll => (double)Trie.Bytes / _scene.Routes;

    protected override void FindSingly(ReadOnlySpan<byte> cells, Span<uint> values)
    {
        RouteTrie trie = Trie;
        for (int index = 0; index < values.Length; index++)
            trie.TryFind(AddressAt(cells, index), out values[index]);
    }

    protected override void FindBatch(
        ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values) =>
        Trie.Find(cells, offsets, values, _found);
}
