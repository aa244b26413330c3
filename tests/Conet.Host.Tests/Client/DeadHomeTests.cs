using System.Text;
using Conet.Client;
using Conet.Host.Tests.Interop;
using Conet.Host.Tests.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Client;

/// <summary>A home that does not answer costs its own time and nothing else.</summary>
public sealed class DeadHomeTests
{
    [Fact]
    public async Task After_a_home_that_does_not_answer_another_takes_the_answers()
    {
        await using InteropNetwork network = await InteropNetwork.StartAsync(3);
        await network.Node(3).StopAsync();
        using Wallet alice = Wallet.Create(), bob = Wallet.Create();
        using SealKey prekey = SealKey.Create();
        await using ConetClient listening = await network.AttachClientAsync(bob, prekey, entry: 2, home: 1);
        await using ConetClient sending = ConetClient.Start(new ConetClientOptions
        {
            Network = ControlBench.Network,
            Directory = network,
            Wallet = alice,
            Entry = new NodeId(2),
        });
        AttachOptions unnamed = new() { AsWallet = false };
        ConetClientException fault = await Assert.ThrowsAsync<ConetClientException>(
            () => sending.AttachAsync(new NodeId(3), unnamed, CancellationToken.None));
        Assert.Contains("node 3", fault.Message);
        await sending.AttachAsync(new NodeId(2), unnamed, CancellationToken.None);
        SendOutcome outcome = await sending.SendAsync(
            Destination.Wallet(bob.Address),
            Encoding.UTF8.GetBytes("still there"),
            new SendOptions { Lifetime = TimeSpan.FromSeconds(30) },
            progress: null,
            CancellationToken.None);
        Assert.Equal(SendStatus.Received, outcome.Status);
        Assert.Equal(bob.Address, outcome.Receipt!.From);
    }
}
