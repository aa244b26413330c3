using Conet.Client;
using Conet.Host.Node;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Host.Tests.Node;

/// <summary>
/// A home that a route no longer names: it delivers for as long as its client keeps the attachment, at least
/// the 48 hours that a client does, and never becomes a forwarder of what other nodes send it. Time is
/// turned by hand; the forwarder, its tables and the control plane are those of a running node.
/// </summary>
public sealed class OldHomeTests : IDisposable
{
    private const int HourMs = 3_600_000;
    private const int NewHomeHop = 0;
    private static readonly UdpEndpoint _at = Endpoints.Of("192.0.2.10", 5_000);

    private readonly MemoryRoutes _table = new();
    private readonly ForwardingCounters _counters = new(4);
    private readonly Forwarder<NodeRoutes<MemoryHomes>> _forwarder;
    private readonly NodeRoutes<MemoryHomes> _routes;
    private readonly ControlBench _bench;
    private readonly TestClient _client;

    public OldHomeTests()
    {
        LocalTable locals = new(64, new byte[LocalTable.SeedSize]);
        EndpointTable clients = new(8, developmentChain: false);
        _bench = new ControlBench(locals: new AttachedEndpoints(locals, clients));
        _client = new TestClient(_bench, _at);
        byte[] own = _bench.Identity.OwnAddress.ToArray();
        _forwarder = new Forwarder<NodeRoutes<MemoryHomes>>(
            new ForwarderOptions { OwnAddress = own, HopsMax = 4, HandlesMax = 8, CellsMax = 4 },
            locals,
            _counters);
        HopBoard board = new(new HopSnapshot(_bench.Identity.Id.Value, [new(2, NewHomeHop)]));
        _routes = new NodeRoutes<MemoryHomes>(new MemoryHomes(_table), board);
        _table.Nodes = [1, 2];
    }

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void An_old_home_delivers_for_48_hours_after_the_route_moved_away()
    {
        SetRoute(1);
        _client.Attach(lease: 86_400);
        SetRoute(2);
        Address home = NodeAddress.Home(_bench.Identity.Id, _client.Wallet.Address);
        for (int hour = 0; hour <= ClientLimits.OldHomeSeconds / 3_600; hour++)
        {
            string when = $"{hour} hours after the route changed";
            Assert.True(IsDelivered(_client.Wallet.Address, CellRole.NodePort), when);
            Assert.True(IsDelivered(_client.Wallet.Address, CellRole.ClientPort), when);
            Assert.True(IsDelivered(home, CellRole.NodePort), when);
            _bench.Pass(HourMs);
            _bench.Tick();
            _bench.Receive(_client.SealToken(BodyKind.KeepAlive), _at);
            _client.Expect(BodyKind.Kept);
        }
    }

    [Fact]
    public void A_client_may_come_back_to_its_old_home_and_drain_it()
    {
        SetRoute(2);
        _client.Attach();
        Assert.True(IsDelivered(_client.Wallet.Address, CellRole.NodePort));
    }

    [Fact]
    public void What_a_node_sends_to_an_old_home_is_never_sent_on()
    {
        SetRoute(1);
        _client.Attach();
        SetRoute(2);
        _bench.Receive(_client.SealToken(BodyKind.Detach), _at);
        Assert.Equal(0, _bench.Home.Attachments);
        Forward(_client.Wallet.Address, CellRole.NodePort);
        Assert.Equal((0, 0), (_forwarder.Forwards.CellCount, _forwarder.Deliveries.CellCount));
        Assert.Equal(1ul, _counters.Dropped(DropReason.CrossedRoute));

        // A client's cell goes on to the new home: here this node is but an entry.
        Forward(_client.Wallet.Address, CellRole.ClientPort);
        Assert.Equal(1, _forwarder.Forwards.CellCount);
        Assert.Equal(NewHomeHop, _forwarder.Forwards.KeyOf(0));
    }

    private void SetRoute(uint home) =>
        _table.Routes = new Dictionary<Address, uint[]> { [_client.Wallet.Address] = [home, 0, 0] };

    private bool IsDelivered(in Address destination, CellRole role)
    {
        Forward(destination, role);
        return _forwarder.Deliveries.CellCount == 1 && _forwarder.Forwards.CellCount == 0;
    }

    private void Forward(in Address destination, CellRole role)
    {
        byte[] cell = new byte[CellLayout.Size];
        destination.CopyTo(cell);
        _forwarder.Forward(_routes, cell, [0], role);
    }
}
