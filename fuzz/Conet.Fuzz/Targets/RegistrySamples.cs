using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Records of the registries, as values and as ABI words.</summary>
internal static class RegistrySamples
{
    public static NodeRecord Node { get; } = new(
        Samples.Recipient,
        Samples.Sender.Address,
        new Bytes32(Samples.Pattern(32, 1)),
        new Bytes32(Samples.Pattern(32, 2)),
        NodeInput.PackIp(System.Net.IPAddress.Parse("192.0.2.1")),
        4000,
        4001,
        new Bytes32(Samples.Pattern(32, 3)),
        1,
        NodeState.Active,
        1_000_000_000_000_000_000);

    public static RouteRecord Route(uint epoch)
    {
        bool isRoute = PackedRoute.TryCreate(
            Samples.Node, new NodeId(8), default, 1, epoch, 1_800_000_000, 0, out PackedRoute packed, out _);
        Check(isRoute, "the sample route is none");
        return RouteRecord.Live(new Bytes32(Samples.Pattern(32, 4)), packed);
    }

    public static CompactSignature Signature { get; } =
        new(new Bytes32(Samples.Pattern(32, 5)), new Bytes32(Samples.Pattern(32, 6)));

    public static byte[] NodeWords() => Encode(0, Node)[AbiType.WordSize..];

    public static byte[] RouteWords(bool isLive) => isLive
        ? Encode(0, Route(3), Signature)[AbiType.WordSize..]
        : Encode(0, RouteRecord.Cleared(4), default)[AbiType.WordSize..];

    /// <summary>Data of a NodeChanged.</summary>
    public static byte[] Encode(ulong sequence, NodeRecord node)
    {
        AbiCallWriter writer = new(0, NodeChanged.DataSize / AbiType.WordSize);
        writer.Write((UInt256)sequence);
        node.Write(ref writer);
        return writer.Finish()[AbiCallWriter.SelectorSize..];
    }

    /// <summary>Data of a RouteChanged.</summary>
    public static byte[] Encode(ulong sequence, RouteRecord route, CompactSignature signature)
    {
        AbiCallWriter writer = new(0, RouteChanged.DataSize / AbiType.WordSize);
        writer.Write((UInt256)sequence);
        writer.Write(route.Prekey);
        writer.Write(route.ToPackedWord());
        writer.Write(signature.R);
        writer.Write(signature.Vs);
        return writer.Finish()[AbiCallWriter.SelectorSize..];
    }
}
