using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Forwarding;

/// <summary>
/// The forwarder against its slow twin, over random tables, roles, handles and batches. A failure prints the
/// number that the whole case is made from.
/// </summary>
public sealed class ForwarderPropertyTests
{
    private const int CellsMax = 40;

    [Fact]
    public void It_decides_as_its_slow_twin_does() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), AgreesWithTwin);

    [Fact]
    public void Nothing_from_the_node_port_is_ever_forwarded() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), ForwardsNothingFromTheNodePort);

    [Fact]
    public void Whatever_the_tables_of_a_network_say_no_cell_passes_more_than_two_forwarders() =>
        Property.Holds(Gen.Choose(0, int.MaxValue - 1), PassesTwoAtMost);

    private static bool AgreesWithTwin(int seed)
    {
        Case world = new(seed);
        int batches = world.Random.Next(1, 5);
        for (int batch = 0; batch < batches; batch++)
        {
            world.ChangeTables();
            CellRole role = world.Random.Next(2) == 0 ? CellRole.ClientPort : CellRole.NodePort;
            List<byte[]> destinations = world.Destinations();
            (byte[] bytes, int[] offsets) = Worlds.Cells(destinations, world.Random.Next(3) * 60);
            byte[] before = [.. bytes];
            world.Twin.Forward(destinations, role);
            world.Forwarder.Forward(world.Routes, bytes, offsets, role);
            Assert.True(bytes.AsSpan().SequenceEqual(before), "a cell was written to");
            Assert.True(world.Forwarder.Control.SequenceEqual([.. world.Twin.Control]));
            AssertSame(world.Twin.Forwards, world.Forwarder.Forwards);
            AssertSame(world.Twin.Deliveries, world.Forwarder.Deliveries);
            foreach (DropReason reason in Enum.GetValues<DropReason>())
                Assert.Equal(world.Twin.Drops.GetValueOrDefault(reason), world.Counters.Dropped(reason));
        }

        return true;
    }

    private static bool ForwardsNothingFromTheNodePort(int seed)
    {
        Case world = new(seed);
        world.ChangeTables();
        List<byte[]> destinations = world.Destinations();
        (byte[] bytes, int[] offsets) = Worlds.Cells(destinations);
        world.Forwarder.Forward(world.Routes, bytes, offsets, CellRole.NodePort);
        int kept = world.Forwarder.Control.Length + world.Forwarder.Deliveries.CellCount;
        return world.Forwarder.Forwards.Count == 0
            && world.Forwarder.Forwards.CellCount == 0
            && world.Counters.DroppedInAll() == (ulong)(destinations.Count - kept)
            && world.Counters.Received(CellRole.NodePort) == (ulong)destinations.Count
            && world.Counters.Received(CellRole.ClientPort) == 0;
    }

    /// <summary>Nodes whose tables know nothing of each other; a cell is followed to its end.</summary>
    private static bool PassesTwoAtMost(int seed)
    {
        Random random = new(seed);
        int nodes = random.Next(1, 6);
        List<byte[]> addresses = [.. Enumerable.Range(0, 8).Select(_ => Worlds.Address(random))];
        Forwarder<DictionaryRoutes>[] forwarders = new Forwarder<DictionaryRoutes>[nodes];
        DictionaryRoutes[] routes = new DictionaryRoutes[nodes];
        for (int node = 0; node < nodes; node++)
        {
            LocalTable locals = new(4, Worlds.Seed(seed ^ node));
            if (random.Next(2) == 0)
                locals.TrySet(addresses[random.Next(addresses.Count)], 0);
            forwarders[node] = new Forwarder<DictionaryRoutes>(
                Options((uint)node + 1, nodes, random.Next(2) == 0 ? node : -1),
                locals,
                new ForwardingCounters(nodes));
            routes[node] = new DictionaryRoutes(
                addresses.ToDictionary(Convert.ToHexString, _ => random.Next(nodes)));
        }

        foreach (byte[] address in addresses)
            Assert.InRange(Follow(forwarders, routes, address, random.Next(nodes)), 1, 2);
        return true;
    }

    private static int Follow(
        Forwarder<DictionaryRoutes>[] forwarders, DictionaryRoutes[] routes, byte[] address, int entry)
    {
        (byte[] bytes, int[] offsets) = Worlds.Cells([address]);
        CellRole role = CellRole.ClientPort;
        for (int passed = 1; ; passed++)
        {
            forwarders[entry].Forward(routes[entry], bytes, offsets, role);
            if (forwarders[entry].Forwards.Count == 0 || passed == 100)
                return passed;
            entry = forwarders[entry].Forwards.KeyOf(0);
            role = CellRole.NodePort;
        }
    }

    private static ForwarderOptions Options(uint node, int hops, int selfHop) => new()
    {
        OwnAddress = Worlds.OwnAddress(node),
        HopsMax = hops,
        HandlesMax = 4,
        CellsMax = CellsMax,
        SelfHop = selfHop,
    };

    private static void AssertSame(SortedDictionary<int, List<int>> twin, CellBuckets buckets)
    {
        Assert.Equal(twin.Count, buckets.Count);
        Assert.Equal(twin.Values.Sum(cells => cells.Count), buckets.CellCount);
        for (int bucket = 0; bucket < buckets.Count; bucket++)
            Assert.True(buckets.CellsOf(bucket).SequenceEqual([.. twin[buckets.KeyOf(bucket)]]));
    }

    /// <summary>A forwarder and its twin over the same tables.</summary>
    private sealed class Case
    {
        private readonly List<byte[]> _addresses;
        private readonly LocalTable _locals;

        public Case(int seed)
        {
            Random = new Random(seed);
            uint node = (uint)Random.Next(1, 1000);
            int hops = Random.Next(1, 12);
            int selfHop = Random.Next(-1, hops + 2);
            _addresses = [.. Enumerable.Range(0, Random.Next(1, 20)).Select(_ => Worlds.Address(Random))];
            _addresses.Add(Worlds.OwnAddress(node));
            _addresses.Add(Worlds.OwnAddress(node + 1));
            _locals = new LocalTable(32, Worlds.Seed(seed));
            Twin = new SlowForwarder
            {
                Own = Convert.ToHexString(Worlds.OwnAddress(node)),
                Hops = hops,
                Handles = 4,
                SelfHop = selfHop,
            };
            Counters = new ForwardingCounters(hops);
            Forwarder = new Forwarder<DictionaryRoutes>(Options(node, hops, selfHop), _locals, Counters);
            Routes = new DictionaryRoutes(Twin.Routes);
        }

        public Random Random { get; }

        public SlowForwarder Twin { get; }

        public Forwarder<DictionaryRoutes> Forwarder { get; }

        public ForwardingCounters Counters { get; }

        public DictionaryRoutes Routes { get; }

        public void ChangeTables()
        {
            foreach (byte[] address in _addresses)
            {
                string text = Convert.ToHexString(address);
                switch (Random.Next(6))
                {
                    case 0:
                        Twin.Locals[text] = Random.Next(0, 6);
                        Assert.True(_locals.TrySet(address, Twin.Locals[text]));
                        break;
                    case 1:
                        Assert.Equal(Twin.Locals.Remove(text), _locals.Remove(address));
                        break;
                    case 2:
                        Twin.Routes.Remove(text);
                        break;
                    default:
                        Twin.Routes[text] = Random.Next(-6, Twin.Hops + 3);
                        break;
                }
            }
        }

        public List<byte[]> Destinations()
        {
            int count = Random.Next(4) == 0 ? Random.Next(0, 3) : Random.Next(0, CellsMax + 1);
            List<byte[]> destinations = [];
            for (int cell = 0; cell < count; cell++)
            {
                byte[] address = [.. _addresses[Random.Next(_addresses.Count)]];
                if (Random.Next(10) == 0)
                    address[Random.Next(CellLayout.DestinationSize)] ^= (byte)(1 << Random.Next(8));
                destinations.Add(address);
            }

            return destinations;
        }
    }
}
