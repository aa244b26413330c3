using System.Buffers.Binary;
using Conet.LoadGen.Cells;
using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>
/// The routes of a scene as a registry would tell them: rows, and the logs of their events. Signatures are
/// made up; a mirror does not look at them.
/// </summary>
/// <param name="scene">Its wallets.</param>
internal sealed class ChainScene(LookUpScene scene)
{
    public const ulong TimeSeconds = 1_800_000_000;

    public static readonly Address Registry = LookUpScene.Prefix(uint.MaxValue);

    private const uint Year = 365 * 24 * 3600;
    private const int WordSize = 32;
    private const int DataWords = 5;

    /// <summary>The row of a route.</summary>
    public RouteRow RowOf(long route)
    {
        Word(route, 1, out Bytes32 prekey);
        Word(route, 2, out Bytes32 r);
        Word(route, 3, out Bytes32 vs);
        return new RouteRow(
            RouteRecord.Live(prekey, PackedOf(route)), new CompactSignature(r, vs), (ulong)route + 1,
            BlockOf(route));
    }

    /// <summary>The wallet of a route.</summary>
    public Address WalletOf(long route)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        scene.WriteAddress(route, bytes);
        return new Address(bytes);
    }

    /// <summary>The log of the event that set a route; they follow each other.</summary>
    public LogEntry LogOf(long route)
    {
        RouteRow row = RowOf(route);
        byte[] data = new byte[DataWords * WordSize];
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(WordSize - sizeof(ulong)), row.Sequence);
        row.Route.Prekey.CopyTo(data.AsSpan(WordSize));
        row.Route.ToPackedWord().WriteBigEndian(data.AsSpan(2 * WordSize, WordSize));
        row.Signature.R.CopyTo(data.AsSpan(3 * WordSize));
        row.Signature.Vs.CopyTo(data.AsSpan(4 * WordSize));
        byte[] topic = new byte[WordSize];
        WalletOf(route).CopyTo(topic.AsSpan(WordSize - Address.Size));
        return new LogEntry(
            Registry, [RouteChanged.Topic, new Bytes32(topic)], data, row.BlockNumber, default, default, 0,
            Removed: false);
    }

    private static ulong BlockOf(long route) => 1 + ((ulong)route / 100);

    private static PackedRoute PackedOf(long route)
    {
        uint home = 1 + LookUpScene.ValueOf(route);
        uint second = 1 + (home % LookUpScene.Nodes);
        ulong expiry = TimeSeconds + 1 + (LoadRoutes.Mix((ulong)route) % Year);
        if (!PackedRoute.TryCreate(
            new NodeId(home), new NodeId(second), default, PackedRoute.SuitePlain, 1, expiry, 0,
            out PackedRoute packed, out _))
        {
            throw new InvalidOperationException("The scene makes a route that no registry takes.");
        }

        return packed;
    }

    private static void Word(long route, ulong which, out Bytes32 word)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        for (int part = 0; part < 4; part++)
        {
            ulong seed = (4 * (((ulong)route * 4) + which)) + (ulong)part;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * part)..], LoadRoutes.Mix(seed + 1));
        }

        word = new Bytes32(bytes);
    }
}
