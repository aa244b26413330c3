using Conet.Wire.Cells;
using Conet.Wire.Forwarding;

namespace Conet.Wire.Tests.Forwarding;

public sealed class ForwarderTests
{
    private const int SelfHop = 5;

    private static readonly byte[] _own = Worlds.OwnAddress(7);
    private static readonly byte[] _local = Worlds.Address(1);
    private static readonly byte[] _remote = Worlds.Address(2);

    private readonly LocalTable _locals = new(8, Worlds.Seed(1));
    private readonly ForwardingCounters _counters = new(8);
    private readonly Dictionary<string, int> _answers = [];
    private readonly Forwarder<DictionaryRoutes> _forwarder;

    public ForwarderTests()
    {
        _forwarder = new Forwarder<DictionaryRoutes>(Options(), _locals, _counters);
        _locals.TrySet(_local, 3);
        Answer(_remote, 2);
    }

    [Theory]
    [InlineData(CellRole.ClientPort)]
    [InlineData(CellRole.NodePort)]
    public void A_cell_for_the_node_itself_is_control_even_if_somebody_attached_under_it(CellRole role)
    {
        _locals.TrySet(_own, 1);
        Answer(_own, 2);
        Forward(role, _own, _local, _own);
        Assert.Equal([0, 2], _forwarder.Control.ToArray());
        Assert.Equal([1], _forwarder.Deliveries.CellsOf(0).ToArray());
        Assert.Equal(0, _forwarder.Forwards.Count);
        Assert.Equal(0UL, _counters.DroppedInAll());
    }

    [Theory]
    [InlineData(CellRole.ClientPort)]
    [InlineData(CellRole.NodePort)]
    public void A_local_addressee_wins_over_the_route_table(CellRole role)
    {
        Answer(_local, 2);
        Forward(role, _local);
        Assert.Equal(3, _forwarder.Deliveries.KeyOf(0));
        Assert.Equal(0, _forwarder.Forwards.Count);
    }

    [Fact]
    public void A_cell_from_a_client_goes_to_the_next_hop_and_one_from_a_node_does_not()
    {
        Forward(CellRole.ClientPort, _remote);
        Assert.Equal(2, _forwarder.Forwards.KeyOf(0));
        Forward(CellRole.NodePort, _remote);
        Assert.Equal(0, _forwarder.Forwards.Count);
        Assert.Equal(1UL, _counters.Dropped(DropReason.CrossedRoute));
    }

    [Theory]
    [InlineData(SelfHop, CellRole.ClientPort, DropReason.NextHopIsSelf)]
    [InlineData(SelfHop, CellRole.NodePort, DropReason.AddresseeAbsent)]
    [InlineData(NoHop.UnknownDestination, CellRole.ClientPort, DropReason.UnknownDestination)]
    [InlineData(NoHop.UnknownDestination, CellRole.NodePort, DropReason.CrossedRoute)]
    [InlineData(NoHop.AddresseeAbsent, CellRole.ClientPort, DropReason.AddresseeAbsent)]
    [InlineData(NoHop.AddresseeAbsent, CellRole.NodePort, DropReason.AddresseeAbsent)]
    [InlineData(NoHop.Unreachable, CellRole.ClientPort, DropReason.NextHopUnreachable)]
    [InlineData(NoHop.Unreachable, CellRole.NodePort, DropReason.CrossedRoute)]
    [InlineData(NoHop.ForbiddenEndpoint, CellRole.ClientPort, DropReason.ForbiddenEndpoint)]
    [InlineData(NoHop.ForbiddenEndpoint, CellRole.NodePort, DropReason.CrossedRoute)]
    [InlineData(int.MinValue, CellRole.ClientPort, DropReason.UnknownDestination)]
    [InlineData(8, CellRole.ClientPort, DropReason.NextHopUnreachable)]
    [InlineData(int.MaxValue, CellRole.ClientPort, DropReason.NextHopUnreachable)]
    public void What_is_not_sent_on_is_dropped_for_its_reason(int hop, CellRole role, DropReason reason)
    {
        Answer(_remote, hop);
        Forward(role, _remote, _remote);
        Assert.Equal(2UL, _counters.Dropped(reason));
        Assert.Equal(2UL, _counters.DroppedInAll());
        Assert.Equal(2UL, _counters.Received(role));
        Assert.Equal(0, _forwarder.Forwards.Count + _forwarder.Deliveries.Count);
    }

    [Fact]
    public void Without_a_hop_of_its_own_no_next_hop_counts_as_self()
    {
        ForwarderOptions options = Options() with { SelfHop = -1 };
        Forwarder<DictionaryRoutes> forwarder = new(options, _locals, _counters);
        Answer(_remote, -1);
        (byte[] bytes, int[] offsets) = Worlds.Cells([_remote]);
        forwarder.Forward(new DictionaryRoutes(_answers), bytes, offsets, CellRole.ClientPort);
        Assert.Equal(1UL, _counters.Dropped(DropReason.UnknownDestination));
        Assert.Equal(0UL, _counters.Dropped(DropReason.NextHopIsSelf));
    }

    [Fact]
    public void A_handle_beyond_the_limit_is_an_absent_addressee()
    {
        _locals.TrySet(_local, 4);
        Forward(CellRole.ClientPort, _local);
        Assert.Equal(1UL, _counters.Dropped(DropReason.AddresseeAbsent));
        Assert.Equal(0, _forwarder.Deliveries.Count);
    }

    [Fact]
    public void An_empty_batch_forgets_the_batch_before()
    {
        Forward(CellRole.ClientPort, _own, _local, _remote);
        Forward(CellRole.ClientPort);
        Assert.Equal(0, _forwarder.Control.Length + _forwarder.Deliveries.Count + _forwarder.Forwards.Count);
    }

    [Fact]
    public void A_look_up_that_throws_leaves_nothing_of_its_batch_behind()
    {
        Forwarder<ThrowingRoutes> forwarder = new(Options(), _locals, _counters);
        (byte[] bytes, int[] offsets) = Worlds.Cells([_local, _local, _remote]);
        Assert.Throws<InvalidOperationException>(
            () => forwarder.Forward(default, bytes, offsets, CellRole.ClientPort));
        forwarder.Forward(default, bytes, offsets.AsSpan(0, 2), CellRole.ClientPort);
        Assert.Equal(1, forwarder.Deliveries.Count);
        Assert.Equal([0, 1], forwarder.Deliveries.CellsOf(0).ToArray());
    }

    [Fact]
    public void Misuse_throws()
    {
        byte[] bytes = new byte[CellLayout.Size];
        DictionaryRoutes routes = new(_answers);
        Assert.Throws<ArgumentException>(
            () => _forwarder.Forward(routes, bytes, new int[17], CellRole.ClientPort));
        Assert.ThrowsAny<ArgumentException>(
            () => _forwarder.Forward(routes, bytes, [CellLayout.Size], CellRole.ClientPort));
        Assert.Throws<ArgumentException>(() => Make(Options() with { OwnAddress = new byte[19] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(Options() with { CellsMax = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(Options() with { HopsMax = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(Options() with { HandlesMax = 0 }));
    }

    [Theory]
    [InlineData(CellRole.ClientPort)]
    [InlineData(CellRole.NodePort)]
    public void Forwarding_and_dropping_allocate_nothing(CellRole role)
    {
        int cells = Environment.GetEnvironmentVariable("CONET_FULL") == "1" ? 10_000_000 : 100_000;
        Forwarder<LastByteRoutes> forwarder = new(
            Options() with { HopsMax = 256, HandlesMax = 16, CellsMax = 512, SelfHop = 9 },
            _locals,
            _counters);
        List<byte[]> destinations = [_own, _local];
        for (int index = 0; index < 510; index++)
        {
            byte[] address = Worlds.Address(index + 100);
            address[^1] = (byte)(index % 2 == 0 ? index % 20 : 0xFF);
            destinations.Add(address);
        }

        (byte[] bytes, int[] offsets) = Worlds.Cells(destinations);
        for (int round = 0; round < 50; round++)
            forwarder.Forward(default, bytes, offsets, role);
        Allocation.AssertNone(() =>
        {
            ulong droppedBefore = _counters.DroppedInAll();
            long forwarded = 0;
            long forwardedMin = role == CellRole.ClientPort ? cells : 0;
            while (forwarded < forwardedMin || _counters.DroppedInAll() - droppedBefore < (ulong)cells)
            {
                forwarder.Forward(default, bytes, offsets, role);
                forwarded += forwarder.Forwards.CellCount;
            }
        });
    }

    private static void Make(ForwarderOptions options) =>
        _ = new Forwarder<DictionaryRoutes>(
            options, new LocalTable(1, Worlds.Seed(0)), new ForwardingCounters(1));

    private static ForwarderOptions Options() => new()
    {
        OwnAddress = _own,
        HopsMax = 8,
        HandlesMax = 4,
        CellsMax = 16,
        SelfHop = SelfHop,
    };

    private void Answer(byte[] address, int hop) => _answers[Convert.ToHexString(address)] = hop;

    private void Forward(CellRole role, params byte[][] destinations)
    {
        (byte[] bytes, int[] offsets) = Worlds.Cells(destinations);
        _forwarder.Forward(new DictionaryRoutes(_answers), bytes, offsets, role);
    }

    private readonly struct ThrowingRoutes : IRouteLookup
    {
        public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops) =>
            throw new InvalidOperationException("a table that fails");
    }
}
