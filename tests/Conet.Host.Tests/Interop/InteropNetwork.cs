using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Conet.Client;
using Conet.Host.Tests.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Host.Tests.Interop;

/// <summary>
/// Nodes on 127.0.0.1 that reach each other, and a directory of them and of routes, all in memory.
/// </summary>
internal sealed class InteropNetwork : IDirectory, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Address, RouteInfo> _routes = new();
    private RunningNode[] _nodes = [];

    public IReadOnlyList<NodeInfo> Nodes =>
        [.. _nodes.Select(
            node => new NodeInfo(new NodeId(node.Id), node.Client, node.SealKeyBytes.ToArray()))];

    public static async Task<InteropNetwork> StartAsync(int count)
    {
        InteropNetwork network = new()
        {
            _nodes = [.. Enumerable.Range(1, count).Select(
                id => new RunningNode((uint)id, 1, httpPort: null))],
        };
        foreach (RunningNode node in network._nodes)
        {
            node.Begin();
            await node.Runtime.Started.WaitAsync(TimeSpan.FromSeconds(10));
        }

        foreach (RunningNode node in network._nodes)
            node.Tables.Nodes = [.. network._nodes.Select(other => other.Record)];
        for (int tries = 0; !network.HaveMet(); tries++)
        {
            Assert.InRange(tries, 0, 1_000);
            await Task.Delay(10);
        }

        return network;
    }

    public RunningNode Node(uint id) => _nodes[id - 1];

    /// <summary>Enters a route into the tables of all nodes and into the directory.</summary>
    public void Publish(Address wallet, byte[] prekey, uint home)
    {
        _routes[wallet] = new RouteInfo(
            wallet, prekey, 1, 1, ulong.MaxValue, [new NodeId(home)], IsSigned: true);
        foreach (RunningNode node in _nodes)
        {
            node.Tables.Routes.Routes = _routes.Values.ToDictionary(
                route => route.Wallet, route => new uint[] { route.Homes[0].Value, 0, 0 });
        }
    }

    /// <summary>
    /// A client whose cells go first to that node, attached to that home, with a published route.
    /// </summary>
    public async Task<ConetClient> AttachClientAsync(Wallet wallet, SealKey prekey, uint entry, uint home)
    {
        Publish(wallet.Address, prekey.PublicKey.ToArray(), home);
        ConetClient client = ConetClient.Start(new ConetClientOptions
        {
            Network = ControlBench.Network,
            Directory = this,
            Wallet = wallet,
            Prekeys = [prekey],
            Entry = new NodeId(entry),
        });
        await client.AttachAsync(new NodeId(home), new AttachOptions(), CancellationToken.None);
        return client;
    }

    public bool TryGetRoute(in Address wallet, [NotNullWhen(true)] out RouteInfo? route) =>
        _routes.TryGetValue(wallet, out route);

    public bool TryGetNode(NodeId id, [NotNullWhen(true)] out NodeInfo? node)
    {
        node = Nodes.FirstOrDefault(known => known.Id == id);
        return node is not null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningNode node in _nodes)
            await node.StopAsync();
    }

    private bool HaveMet() => _nodes.All(
        node => node.Runtime.Status().Links.Count(link => link.Reachable) == _nodes.Length - 1);
}
