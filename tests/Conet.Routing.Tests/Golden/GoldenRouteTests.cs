using Conet.Routing.Chain;
using Conet.Wire.Tests.Golden;

namespace Conet.Routing.Tests.Golden;

/// <summary>
/// routes.json is what the code makes of its seeds, byte for byte, and the code judges it as it says.
/// </summary>
public sealed class GoldenRouteTests
{
    [Fact]
    public void Routes() => GoldenFile.Verify("routes.json", GoldenRoutesFile.Write);

    [Fact]
    public void Every_golden_route_is_read_back_and_its_signature_holds()
    {
        foreach (GoldenRoute route in GoldenRoutesFile.Routes)
        {
            Assert.True(PackedRoute.TryParse(route.Packed.ToUInt256(), out PackedRoute read, out _));
            Assert.Equal(route.Packed, read);
            Assert.True(
                route.TypedData.VerifyRoute(route.Wallet, route.Prekey, read, route.Signature), route.Name);
        }
    }

    [Fact]
    public void Words_are_refused_for_the_reason_given()
    {
        foreach ((PackedRouteError reason, UInt256 word) in GoldenRoutesFile.RefusedWords())
        {
            Assert.False(PackedRoute.TryParse(word, out _, out PackedRouteError found));
            Assert.Equal(reason, found);
        }
    }

    [Fact]
    public void Signatures_that_are_not_the_wallets_are_refused()
    {
        foreach (var (name, route, wallet, signature) in GoldenRoutesFile.RefusedSignatures())
            Assert.False(route.TypedData.VerifyRoute(wallet, route.Prekey, route.Packed, signature), name);
    }
}
