using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Mirror;

/// <summary>Compares a table with the truth of a simulated block.</summary>
internal static class Truth
{
    public static void AssertIs(RouteTable table, SimulatedChain.Block block, string what)
    {
        SimulatedChain.Truth truth = block.Truth;
        Expect(truth.RoutePosition == table.RoutePosition, what, "routes' position");
        Expect(truth.NodePosition == table.NodePosition, what, "nodes' position");
        Expect(truth.Routes.Count == table.Routes.Count, what, "count of routes");
        foreach ((Address wallet, RouteRecord route) in truth.Routes)
        {
            Expect(table.Routes[wallet].Route == route, what, "route");
            bool isLive = route.IsLive && route.Packed.ExpiresUnixSeconds > block.Header.TimestampSeconds;
            bool isFound = table.TryGetHomes(wallet, out Homes homes);
            Expect(isFound == isLive, what, "route in force");
            Expect(!isLive || homes.First == route.Packed.Home0.Value, what, "home");
        }

        foreach ((uint id, NodeRecord node) in truth.Nodes)
        {
            Expect(table.Nodes[id].Node == node, what, "node");
            bool isServed = table.TryGetHomes(
                NodeAddress.Alias(new NodeId(id), new byte[32]), out Homes homes);
            Expect(isServed == (node.State != NodeState.Retired), what, "node prefix");
            Expect(!isServed || homes.First == id, what, "node prefix's home");
        }
    }

    // No text is put together unless it is needed: this runs millions of times.
    private static void Expect(bool isTrue, string what, string detail)
    {
        if (!isTrue)
            Assert.Fail($"{what}: {detail}");
    }
}
