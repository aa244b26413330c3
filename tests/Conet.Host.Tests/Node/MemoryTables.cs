using Conet.Host.Node;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Host.Tests.Node;

/// <summary>Routes in a dictionary that is swapped whole.</summary>
internal sealed class MemoryRoutes
{
    public volatile Dictionary<Address, uint[]> Routes = [];

    public volatile HashSet<uint> Nodes = [];
}

internal readonly struct MemoryHomes(MemoryRoutes routes) : IHomeLookup
{
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> homes)
    {
        homes.Clear();
        for (int i = 0; i < offsets.Length; i++)
        {
            Address destination = new(cells.Slice(offsets[i], Address.Size));
            if (routes.Routes.TryGetValue(destination, out uint[]? listed))
                listed.CopyTo(homes[(i * HostLimits.HomesPerRoute)..]);
            else if (routes.Nodes.Contains(NodeAddress.NodeOf(destination).Value))
                homes[i * HostLimits.HomesPerRoute] = NodeAddress.NodeOf(destination).Value;
        }
    }
}

/// <summary>Tables without a chain.</summary>
internal sealed class MemoryTables : INodeTables<MemoryHomes>
{
    private volatile IReadOnlyList<NodePeer> _nodes = [];

    public MemoryRoutes Routes { get; } = new();

    public MemoryHomes Homes => new(Routes);

    public IReadOnlyList<NodePeer> Nodes
    {
        get => _nodes;
        set
        {
            Routes.Nodes = [.. value.Select(peer => peer.Id.Value)];
            _nodes = value;
        }
    }

    public IRouteList? RouteList => new MemoryList(Routes.Routes);

    public TableStatus Status { get; set; } = new() { Loaded = true, StalenessSeconds = 0 };

    /// <summary>Completed with an exception, it makes the mirror fail.</summary>
    public TaskCompletionSource Failure { get; } = new();

    public async Task RunAsync(CancellationToken cancellation)
    {
        Task ended = Task.Delay(Timeout.Infinite, cancellation);
        await await Task.WhenAny(ended, Failure.Task);
    }
}

/// <summary>The dictionary of one moment.</summary>
internal sealed class MemoryList(Dictionary<Address, uint[]> routes) : IRouteList
{
    private readonly Dictionary<Address, uint[]> _routes = routes;

    public IEnumerable<KeyValuePair<Address, Homes>> All() =>
        _routes.Select(route => KeyValuePair.Create(route.Key, Of(route.Value)));

    public bool TryGet(in Address address, out Homes homes)
    {
        bool isFound = _routes.TryGetValue(address, out uint[]? listed);
        homes = isFound ? Of(listed!) : default;
        return isFound;
    }

    public bool IsSameAs(IRouteList earlier) => earlier is MemoryList list && list._routes == _routes;

    private static Homes Of(uint[] homes) => new(homes[0], homes[1], homes[2]);
}
