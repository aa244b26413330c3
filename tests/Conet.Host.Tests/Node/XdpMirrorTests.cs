using System.Buffers.Binary;
using System.Globalization;
using Conet.Host.Node;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Xunit.Abstractions;

namespace Conet.Host.Tests.Node;

/// <summary>
/// The maps of the XDP program against what the socket path would do: the same hop, or left to it.
/// </summary>
public sealed class XdpMirrorTests(ITestOutputHelper output)
{
    private const uint Self = 3;
    private const int RoutesMax = 600;
    private const int LocalsMax = 40;

    private static int Rounds => Environment.GetEnvironmentVariable("CONET_FULL") == "1" ? 3_000 : 60;

    [Fact]
    public void The_program_never_forwards_otherwise_than_the_socket_path()
    {
        int seed = int.TryParse(
            Environment.GetEnvironmentVariable("CONET_SEED"), CultureInfo.InvariantCulture, out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"CONET_SEED={seed}");
        for (int round = 0; round < Rounds; round++)
            new Case(new Random(seed + round), $"seed {seed}, round {round}").Run();
    }

    [Fact]
    public void Forwarding_begins_with_the_first_whole_list_and_ends_for_good_when_stopped()
    {
        Maps maps = new(100);
        XdpMirror mirror = new(maps, new NodeId(Self), 50);
        mirror.SetNodes([new ReachableNode(5, 5, At(5))]);
        Assert.False(maps.IsOn);
        mirror.Sync(new List([], () => Assert.False(maps.IsOn)));
        Assert.True(maps.IsOn);
        mirror.Stop();
        mirror.Sync(new List(new() { [Wallet(1)] = new Homes(5, 0, 0) }));
        Assert.False(maps.IsOn);
    }

    [Fact]
    public void A_list_that_says_the_same_is_not_read_again()
    {
        Maps maps = new(100);
        XdpMirror mirror = new(maps, new NodeId(Self), 50);
        int reads = 0;
        Dictionary<Address, Homes> routes = new() { [Wallet(1)] = new Homes(5, 0, 0) };
        mirror.Sync(new List(routes, () => reads++));
        mirror.Sync(new List(routes, () => reads++));
        Assert.Equal(1, reads);
        mirror.Sync(new List(new(routes), () => reads++));
        Assert.Equal(2, reads);
        Assert.Equal(1, maps.Writes);
    }

    [Fact]
    public void What_found_no_room_comes_in_when_there_is_some()
    {
        Maps maps = new(60);
        XdpMirror mirror = new(maps, new NodeId(Self), 50);
        Dictionary<Address, Homes> routes = [];
        for (byte number = 0; number < 55; number++)
            routes[Wallet(number)] = new Homes(5, 0, 0);
        mirror.Sync(new List(routes));
        Assert.Equal((50, 5), (mirror.Count, mirror.LeftOut));
        Dictionary<Address, Homes> fewer = routes.Skip(10).ToDictionary();
        List after = new(fewer);
        mirror.Sync(after);
        mirror.Sync(after);
        Assert.Equal((45, 0), (mirror.Count, mirror.LeftOut));
    }

    [Fact]
    public void A_route_left_out_after_the_list_was_read_is_not_taken_for_one_under_its_node()
    {
        Maps maps = new(60);
        XdpMirror mirror = new(maps, new NodeId(Self), 1);
        mirror.SetNodes([new ReachableNode(5, 5, At(5)), new ReachableNode(9, 9, At(9))]);
        Address underFive = NodeAddress.Own(new NodeId(5));
        mirror.Hold(underFive);
        mirror.Hold(Wallet(1));
        mirror.Sync(new List(new() { [underFive] = new Homes(9, 0, 0) }));
        Assert.Null(maps.Decide(underFive));
        mirror.Release(underFive);
        Assert.Null(maps.Decide(underFive));
        Assert.Equal(1, mirror.LeftOut);
    }

    private static UdpEndpoint At(uint node) =>
        UdpEndpoint.FromIPv4(0x0A000000 | node, (ushort)(5000 + node));

    private static Address Wallet(byte number) => new([.. Enumerable.Repeat(number, Address.Size)]);

    private sealed class Case(Random random, string where)
    {
        private readonly Maps _maps = new(RoutesMax + LocalsMax);
        private readonly HashSet<Address> _locals = [];
        private readonly List<Address> _addresses = [];
        private Dictionary<Address, Homes> _routes = [];
        private List<ReachableNode> _nodes = [];
        private XdpMirror _mirror = null!;

        public void Run()
        {
            _mirror = new XdpMirror(_maps, new NodeId(Self), RoutesMax);
            Dictionary<Address, Homes> next = Routes(random.Next(1, 1_000));
            for (int step = 0; step < 12; step++)
            {
                _maps.IsShort = random.Next(6) == 0;
                _routes = next;
                _mirror.Sync(new List(_routes, Disturb));
                _maps.IsShort = false;
                for (int change = 0; change < 20; change++)
                {
                    Disturb();
                    if (change % 5 == 0)
                        Compare($"{where}, step {step}, change {change}");
                }

                next = new(_routes);
                foreach (Address address in _addresses.Where(_ => random.Next(5) == 0))
                {
                    if (random.Next(2) == 0)
                        next.Remove(address);
                    else
                        next[address] = AnyHomes();
                }
            }
        }

        private void Compare(string at)
        {
            bool isWhole = _mirror.LeftOut == 0;
            foreach (Address address in _addresses.Append(NodeAddress.Own(new NodeId(Self))))
            {
                uint? expected = SocketPath(address);
                uint? program = _maps.Decide(address);
                Assert.True(
                    program is null ? !isWhole || expected is null : program == expected,
                    $"{at}: {address} goes to {program}, not {expected}");
            }
        }

        private uint? SocketPath(in Address address)
        {
            if (_locals.Contains(address) || address == NodeAddress.Own(new NodeId(Self)))
                return null;
            uint under = NodeAddress.NodeOf(address).Value;
            Homes homes = _routes.GetValueOrDefault(address, new Homes(under, 0, 0));
            foreach (uint home in new[] { homes.First, homes.Second, homes.Third })
            {
                if (home == Self)
                    return null;
                if (home != 0 && _nodes.Any(node => node.NodeId == home))
                    return home;
            }

            return null;
        }

        private void Disturb()
        {
            switch (random.Next(4))
            {
                case 0:
                    _nodes = [.. Enumerable.Range(1, 12).Select(id => (uint)id)
                        .Where(id => id != Self && random.Next(3) != 0)
                        .Select(id => new ReachableNode(id, (int)id, At(id)))];
                    _mirror.SetNodes(_nodes);
                    break;
                case 1 when _locals.Count < LocalsMax:
                    Address added = _addresses[random.Next(_addresses.Count)];
                    _mirror.Hold(added);
                    _locals.Add(added);
                    break;
                case 2 when _locals.Count > 0:
                    Address removed = _locals.ElementAt(random.Next(_locals.Count));
                    _locals.Remove(removed);
                    _mirror.Release(removed);
                    break;
            }
        }

        private Dictionary<Address, Homes> Routes(int count)
        {
            Dictionary<Address, Homes> routes = [];
            byte[] bytes = new byte[Address.Size];
            for (int number = 0; number < count; number++)
            {
                random.NextBytes(bytes);
                if (random.Next(2) == 0)
                    BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)random.Next(0, 14));
                Address address = new(bytes);
                _addresses.Add(address);
                if (random.Next(4) != 0)
                    routes[address] = AnyHomes();
            }

            return routes;
        }

        private Homes AnyHomes()
        {
            uint first = (uint)random.Next(1, 14);
            return random.Next(3) == 0 ? new Homes(first, 0, 0) : new Homes(first, first % 13 + 1, 0);
        }
    }

    private sealed class List(Dictionary<Address, Homes> routes, Action? atPart = null) : IRouteList
    {
        private readonly Dictionary<Address, Homes> _routes = routes;

        public IEnumerable<KeyValuePair<Address, Homes>> All()
        {
            int count = 0;
            atPart?.Invoke();
            foreach (KeyValuePair<Address, Homes> route in _routes)
            {
                if (++count % 50 == 0)
                    atPart?.Invoke();
                yield return route;
            }
        }

        public bool TryGet(in Address address, out Homes homes) => _routes.TryGetValue(address, out homes);

        public bool IsSameAs(IRouteList earlier) => earlier is List list && list._routes == _routes;
    }

    /// <summary>The maps and the program's decision, plainly.</summary>
    private sealed class Maps(int capacity) : IXdpMaps
    {
        private readonly Dictionary<Address, ulong> _routes = [];
        private readonly Dictionary<uint, (uint? To, bool OfAddresses)> _nodes = [];

        public bool IsOn { get; set; }

        /// <summary>The kernel takes a part of what is set, and not more.</summary>
        public bool IsShort { get; set; }

        public int Writes { get; private set; }

        public void SetNode(uint nodeId, in UdpEndpoint endpoint, int hop, bool ofAddresses)
        {
            Assert.Equal((At(nodeId), (int)nodeId), (endpoint, hop));
            _nodes[nodeId] = (nodeId, ofAddresses);
        }

        public void KeepNode(uint nodeId) => _nodes[nodeId] = (null, true);

        public void ClearNode(uint nodeId) => _nodes.Remove(nodeId);

        public bool TrySetRoutes(ReadOnlySpan<byte> addresses, ReadOnlySpan<ulong> homes)
        {
            for (int index = 0; index < homes.Length; index++)
            {
                Address address = new(addresses.Slice(index * Address.Size, Address.Size));
                bool isFull = !_routes.ContainsKey(address) && _routes.Count == capacity;
                if (isFull || (IsShort && homes[index] != XdpForwarder.Kept && homes[index] % 3 == 0))
                    return false;
                _routes[address] = homes[index];
                Writes++;
            }

            return true;
        }

        public bool TryRemoveRoute(ReadOnlySpan<byte> address)
        {
            _routes.Remove(new Address(address));
            return true;
        }

        public uint? Decide(in Address address)
        {
            if (!IsOn)
                return null;
            uint under = NodeAddress.NodeOf(address).Value;
            if (!_routes.TryGetValue(address, out ulong homes))
                return _nodes.TryGetValue(under, out var node) && node.OfAddresses ? node.To : null;
            for (; homes != 0; homes >>= 20)
            {
                if (_nodes.TryGetValue((uint)homes & 0xFFFFF, out var node))
                    return node.To;
            }

            return null;
        }
    }
}
