using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Xunit.Abstractions;

namespace Conet.Simulation;

/// <summary>
/// Whole networks in one thread, from a printed seed. Set CONET_SEED to replay one. What must hold on every
/// run: no cell is forwarded or delivered by more than two nodes, and an endpoint that never answered a
/// probe gets nothing but probes.
/// </summary>
public sealed class NetworkSimulationTests(ITestOutputHelper output)
{
    private const int Runs = 8;
    private static readonly UdpEndpoint _victim = SimWorld.Endpoint("198.51.100.200", 53);

    public static TheoryData<int> Seeds()
    {
        TheoryData<int> seeds = [];
        if (int.TryParse(Environment.GetEnvironmentVariable("CONET_SEED"), out int one))
            seeds.Add(one);
        else
            for (int i = 0; i < Runs; i++)
                seeds.Add(Random.Shared.Next());
        return seeds;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_bad_network_never_makes_a_third_forwarder_and_never_hits_a_stranger(int seed)
    {
        output.WriteLine($"replay with CONET_SEED={seed}");
        SimWorld world = new(seed);
        HashSet<UdpEndpoint> answered = [];
        long toVictim = 0;
        List<SimNode> nodes = MakeNodes(world, 3 + (int)((uint)seed % 3));
        List<SimClient> clients = MakeClients(world, nodes, 8);
        world.Observer = datagram =>
        {
            Assert.InRange(datagram.Hops, 0, 2);
            Assert.Equal(CellLayout.Size,
                datagram.Purpose == Purpose.Client ? CellLayout.Size : datagram.Bytes.Length);
            if (datagram.To == _victim)
            {
                toVictim++;
                Assert.Equal(Purpose.Control, datagram.Purpose);
            }
        };
        try
        {
            Publish(nodes, clients, _victim);
            Storm(world, nodes, clients);
            Calm(world, nodes, clients);
            Assert.InRange(world.HopsSeenMax, 2, 2);
            Assert.True(toVictim > 0);
            Assert.Contains(nodes, node => node.Counters.Dropped(DropReason.CrossedRoute) > 0);
            Assert.Contains(nodes, node => node.Counters.Dropped(DropReason.WrongSize) > 0);
            Assert.Contains(nodes, node => node.Counters.Dropped(DropReason.NextHopUnreachable) > 0);
            output.WriteLine($"{world.Delivered} datagrams, {toVictim} probes to the foreign endpoint");
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
            clients.ForEach(client => client.Dispose());
        }
    }

    /// <summary>Node 2 listens on two addresses and sends from either; every other has one.</summary>
    private static List<SimNode> MakeNodes(SimWorld world, int count)
    {
        List<SimNode> nodes = [];
        for (int i = 1; i <= count; i++)
        {
            UdpEndpoint[] addresses = i == 2
                ? [SimWorld.Endpoint("192.0.2.2", 4_000), SimWorld.Endpoint("192.0.2.222", 4_000)]
                : [SimWorld.Endpoint($"192.0.2.{i}", 4_000)];
            nodes.Add(new SimNode(
                world, (uint)i, new NodeLimits(), SimWorld.Endpoint($"192.0.2.{i}", 3_000), addresses));
        }

        return nodes;
    }

    private static List<SimClient> MakeClients(SimWorld world, List<SimNode> nodes, int count)
    {
        List<SimClient> clients = [];
        for (int i = 0; i < count; i++)
        {
            clients.Add(new SimClient(
                world, nodes[i % nodes.Count], SimWorld.Endpoint($"10.0.0.{i + 1}", 7_000),
                translated: i % 2 == 0));
        }

        return clients;
    }

    /// <summary>
    /// Everybody's table, with a record that names a victim, and one wallet that two
    /// nodes push at each other.
    /// </summary>
    private static void Publish(List<SimNode> nodes, List<SimClient> clients, UdpEndpoint victim)
    {
        const uint Foreign = 100;
        NodePeer foreign = new(
            new NodeId(Foreign), nodes[0].Identity.Signer.Address,
            nodes[0].Identity.SealKey.PublicKey.ToArray(), victim);
        foreach (SimNode node in nodes)
        {
            node.SetPeers([.. nodes.Select(other => other.Record()), foreign]);
            for (int i = 0; i < clients.Count; i++)
            {
                uint home = nodes[i % nodes.Count].Identity.Id.Value;
                node.Routes[clients[i].Wallet.Address] = i % 3 == 0 ? [Foreign, home, 0] : [home, 0, 0];
            }

            node.Routes[Crossed] = [node == nodes[0] ? 2u : 1u, 0, 0];
            node.Routes[ForeignOnly] = [Foreign, 0, 0];
        }
    }

    private static Address Crossed => NodeAddress.Home(new NodeId(999_999), default);

    private static Address ForeignOnly => NodeAddress.Home(new NodeId(999_998), default);

    private static void Storm(SimWorld world, List<SimNode> nodes, List<SimClient> clients)
    {
        world.Loss = 0.15;
        world.Duplication = 0.15;
        world.DelayMsMax = 400;
        for (int second = 0; second < 120; second++)
        {
            for (int i = 0; i < 10; i++)
                SendSomething(world, nodes, clients);
            if (second % 20 == 10)
                world.Translate(
                    SimWorld.Endpoint($"10.0.0.{1 + (2 * world.Random.Next(clients.Count / 2))}", 7_000));
            world.RunUntil(world.NowMs + 1_000);
        }
    }

    private static void SendSomething(SimWorld world, List<SimNode> nodes, List<SimClient> clients)
    {
        Random random = world.Random;
        SimClient sender = clients[random.Next(clients.Count)], to = clients[random.Next(clients.Count)];
        SimNode entry = nodes[random.Next(nodes.Count)], other = nodes[random.Next(nodes.Count)];
        switch (random.Next(8))
        {
            case 0: sender.SendTo(to.Wallet.Address, entry); break;
            case 1: sender.SendTo(to.HomeAddress, entry); break;
            case 2: sender.SendTo(to.Alias, entry); break;
            case 3: sender.SendTo(Crossed, nodes[random.Next(2)]); break;
            case 4: sender.SendTo(ForeignOnly, entry); break;
            case 5: sender.SendTo(other.Identity.OwnAddress, entry); break;
            case 6:
                byte[] wrongSize = new byte[random.Next(0, 3_000)];
                random.NextBytes(wrongSize);
                sender.SendRaw(wrongSize, entry.ClientEndpoint);
                break;
            default:
                byte[] toNodePort = new byte[CellLayout.Size];
                random.NextBytes(toNodePort);
                (random.Next(2) == 0 ? Crossed : to.Wallet.Address).CopyTo(toNodePort);
                sender.SendRaw(toNodePort, entry.Record().Endpoint);
                break;
        }
    }

    /// <summary>
    /// When the network is well again every client is attached, and every address of each leads to it.
    /// </summary>
    private static void Calm(SimWorld world, List<SimNode> nodes, List<SimClient> clients)
    {
        world.Loss = 0;
        world.Duplication = 0;
        world.DelayMsMax = 20;
        world.RunUntil(world.NowMs + 90_000);
        Assert.All(clients, client => Assert.True(client.IsAttached && client.HasAlias));
        Dictionary<string, (SimClient To, Address Address)> expected = [];
        foreach (SimClient to in clients)
        {
            foreach (Address address in new[] { to.Wallet.Address, to.HomeAddress, to.Alias })
            {
                foreach (SimNode entry in nodes)
                    expected.Add(clients[0].SendTo(address, entry), (to, address));
            }
        }

        world.RunUntil(world.NowMs + 1_000);
        foreach (var (seal, (to, address)) in expected)
        {
            Assert.True(
                to.Arrived.TryGetValue(seal, out Address at), "a cell was lost on a network without loss");
            Assert.Equal(address, at);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        static (long, int, ulong) Run(int seed)
        {
            SimWorld world = new(seed);
            List<SimNode> nodes = MakeNodes(world, 3);
            List<SimClient> clients = MakeClients(world, nodes, 4);
            Publish(nodes, clients, _victim);
            world.Loss = 0.1;
            world.DelayMsMax = 100;
            for (int second = 0; second < 20; second++)
            {
                SendSomething(world, nodes, clients);
                world.RunUntil(world.NowMs + 1_000);
            }

            ulong forwarded = nodes.Aggregate(0ul, (sum, node) => sum + node.Counters.Forwarded);
            nodes.ForEach(node => node.Dispose());
            clients.ForEach(client => client.Dispose());
            return (world.Delivered, world.HopsSeenMax, forwarded);
        }

        Assert.Equal(Run(12_345), Run(12_345));
    }

    [Fact]
    public void A_node_that_moves_to_a_foreign_endpoint_gets_no_more_cells()
    {
        SimWorld world = new(5);
        List<SimNode> nodes = MakeNodes(world, 3);
        List<SimClient> clients = MakeClients(world, nodes, 3);
        try
        {
            Publish(nodes, clients, _victim);
            world.RunUntil(30_000);
            Assert.All(clients, client => Assert.True(client.IsAttached));
            string before = clients[0].SendTo(clients[1].Wallet.Address, nodes[0]);
            world.RunUntil(31_000);
            Assert.Contains(before, clients[1].Arrived.Keys);

            long toVictim = 0;
            world.Observer = datagram =>
            {
                if (datagram.To != _victim)
                    return;
                toVictim++;
                Assert.Equal(Purpose.Control, datagram.Purpose);
            };
            nodes[0].SetPeers([nodes[1].Record(_victim), nodes[2].Record()]);
            for (int i = 0; i < 50; i++)
            {
                clients[0].SendTo(clients[1].Wallet.Address, nodes[0]);
                world.RunUntil(world.NowMs + 100 + (i * 40));
            }

            Assert.True(toVictim > 0);
            Assert.True(nodes[0].Counters.Dropped(DropReason.NextHopUnreachable) > 0);
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
            clients.ForEach(client => client.Dispose());
        }
    }
}
