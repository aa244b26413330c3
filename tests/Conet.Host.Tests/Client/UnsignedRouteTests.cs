using System.Diagnostics.CodeAnalysis;
using Conet.Client;
using Conet.Host.Tests.Interop;
using Conet.Host.Tests.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

/// <summary>Nothing is sealed to a prekey that its wallet did not sign.</summary>
public sealed class UnsignedRouteTests
{
    [Theory]
    [InlineData(true, SendStatus.Sent, 1)]
    [InlineData(false, SendStatus.UnsignedRoute, 0)]
    public async Task A_client_sends_to_a_signed_prekey_alone(bool isSigned, SendStatus expected, int cells)
    {
        await using InteropNetwork network = await InteropNetwork.StartAsync(1);
        using Wallet alice = Wallet.Create(), bob = Wallet.Create();
        using SealKey prekey = SealKey.Create();
        network.Publish(bob.Address, prekey.PublicKey.ToArray(), home: 1);
        await using ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = ControlBench.Network,
            Directory = new Signed(network, isSigned),
            Wallet = alice,
            Entry = new NodeId(1),
        });
        SendOutcome outcome = await client.SendAsync(
            Destination.Wallet(bob.Address),
            new byte[10],
            new SendOptions { WantReceipt = false },
            progress: null,
            CancellationToken.None);
        Assert.Equal(expected, outcome.Status);
        Assert.Equal(cells, client.Counters.CellsSent);
    }

    private sealed class Signed(IDirectory inner, bool isSigned) : IDirectory
    {
        public IReadOnlyList<NodeInfo> Nodes => inner.Nodes;

        public bool TryGetNode(NodeId id, [NotNullWhen(true)] out NodeInfo? node) =>
            inner.TryGetNode(id, out node);

        public bool TryGetRoute(in Address wallet, [NotNullWhen(true)] out RouteInfo? route)
        {
            bool isFound = inner.TryGetRoute(wallet, out route);
            route = isFound ? route! with { IsSigned = isSigned } : null;
            return isFound;
        }
    }
}
