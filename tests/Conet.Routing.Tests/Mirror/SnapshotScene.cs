using Conet.Routing.Chain;
using Conet.Routing.Mirror;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// Tables of many routes, one for each number, the same in every process; neighbours differ in a few
/// routes. The routes' signatures are made up.
/// </summary>
internal sealed class SnapshotScene
{
    public const ulong FirstBlock = 1_000;
    private const ulong Start = 1_800_000_000;
    private const int Routes = 20_000;
    private const int ChangesEach = 200;

    private readonly Address[] _wallets;
    private readonly RouteTable _base;

    private SnapshotScene()
    {
        Random random = new(20_260_101);
        byte[] bytes = new byte[Routes * Address.Size];
        random.NextBytes(bytes);
        _wallets = [.. Enumerable.Range(0, Routes)
            .Select(i => new Address(bytes.AsSpan(i * Address.Size, Address.Size)))];
        RouteCollector collector = new();
        foreach (Address wallet in _wallets)
            collector.Add(wallet, Row(random, 1));
        Assert.True(collector.TryBuild(bytes.AsSpan(0, 32), Start, out RouteTable? table));
        _base = table;
    }

    public static SnapshotScene Create() => new();

    public MirrorSnapshot At(int number)
    {
        Random random = new(number);
        RouteTableBuilder builder = _base.ToBuilder();
        for (int i = 0; i < ChangesEach; i++)
            builder.Restore(_wallets[random.Next(Routes)], Row(random, (uint)number + 2));
        byte[] hash = new byte[Bytes32.Size];
        random.NextBytes(hash);
        ulong count = Routes + ((ulong)number * ChangesEach);
        builder.Restore(default, new RegistryPosition(count, new Bytes32(hash)));
        return new MirrorSnapshot(FirstBlock + (ulong)number, new Bytes32(hash), builder.Build());
    }

    private static RouteRow Row(Random random, uint epoch)
    {
        byte[] words = new byte[3 * Bytes32.Size];
        random.NextBytes(words);
        RouteRecord route = RouteRecord.Cleared(epoch);
        if (random.Next(10) > 0)
        {
            Assert.True(PackedRoute.TryCreate(
                new NodeId((uint)random.Next(1, 50)), new NodeId((uint)random.Next(50, 90)), default,
                PackedRoute.SuitePlain, epoch, Start + (ulong)random.Next(-9, 90), 0, out PackedRoute packed,
                out _));
            route = RouteRecord.Live(new Bytes32(words.AsSpan(64)), packed);
        }

        CompactSignature signature = new(new Bytes32(words.AsSpan(0, 32)), new Bytes32(words.AsSpan(32, 32)));
        return new RouteRow(route, signature, epoch, epoch);
    }
}
