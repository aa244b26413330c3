using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Routing.Tests.Anvil;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>Compares a table with the storage of the registries, read by eth_call.</summary>
internal static class GroundTruth
{
    public static async Task AssertEqualAsync(
        RouteTable table, TestRegistries registries, IReadOnlyList<Wallet> wallets, BlockHeader head,
        string what)
    {
        Assert.True(table.TimeSeconds == head.TimestampSeconds, $"{what}: time");
        RegistryPosition nodes = await registries.ReadPositionAsync(registries.Options.NodeRegistry);
        RegistryPosition routes = await registries.ReadPositionAsync(registries.Options.RouteRegistry);
        Assert.True(table.NodePosition == nodes, $"{what}: nodes at {table.NodePosition}, not {nodes}");
        Assert.True(table.RoutePosition == routes, $"{what}: routes at {table.RoutePosition}, not {routes}");
        await AssertNodesAsync(table, registries, what);
        int live = 0, known = 0;
        foreach (Wallet wallet in wallets)
        {
            RouteRecord record = await registries.ReadRouteAsync(wallet.Address);
            AssertRoute(table, registries, wallet.Address, record, what);
            live += IsInForce(record, head) ? 1 : 0;
            known += record.Epoch > 0 ? 1 : 0;
        }

        Assert.True(table.LiveRoutes == live, $"{what}: {table.LiveRoutes} live routes, not {live}");
        Assert.True(table.Routes.Count == known, $"{what}: {table.Routes.Count} routes, not {known}");
    }

    private static async Task AssertNodesAsync(RouteTable table, TestRegistries registries, string what)
    {
        NodeRecord[] nodes = await registries.ReadNodesAsync();
        Assert.True(
            table.Nodes.Count == nodes.Length, $"{what}: {table.Nodes.Count} nodes, not {nodes.Length}");
        for (uint id = 1; id <= nodes.Length; id++)
        {
            NodeRecord node = nodes[id - 1];
            Assert.True(table.Nodes[id].Node == node, $"{what}: node {id}");
            bool isServed = table.TryGetHomes(
                NodeAddress.Alias(new NodeId(id), new byte[32]), out Homes homes);
            Assert.True(isServed == (node.State != NodeState.Retired), $"{what}: prefix of node {id}");
            Assert.True(!isServed || homes == new Homes(id, 0, 0), $"{what}: home of node {id}");
        }
    }

    private static void AssertRoute(
        RouteTable table, TestRegistries registries, Address wallet, RouteRecord record, string what)
    {
        bool isKnown = table.Routes.TryGetValue(wallet, out RouteRow? row);
        Assert.True(isKnown == (record.Epoch > 0), $"{what}: whether {wallet} has a route");
        Assert.True(!isKnown || row!.Route == record, $"{what}: route of {wallet}");
        bool isLive = record.IsLive && record.Packed.ExpiresUnixSeconds > table.TimeSeconds;
        bool isFound = table.TryGetHomes(wallet, out Homes homes);
        Assert.True(isFound == isLive, $"{what}: whether {wallet} is in force");
        Assert.True(table.TryGetLiveRoute(wallet, out _) == isLive, $"{what}: live route of {wallet}");
        if (!isLive)
            return;
        PackedRoute packed = record.Packed;
        Assert.True(
            homes == new Homes(packed.Home0.Value, packed.Home1.Value, packed.Home2.Value),
            $"{what}: homes of {wallet}");
        Assert.True(
            registries.TypedData.VerifyRoute(wallet, record.Prekey, packed, row!.Signature),
            $"{what}: signature");
    }

    private static bool IsInForce(RouteRecord record, BlockHeader head) =>
        record.IsLive && record.Packed.ExpiresUnixSeconds > head.TimestampSeconds;
}
