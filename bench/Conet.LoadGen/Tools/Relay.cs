using System.Buffers.Binary;
using System.Net;
using Conet.LoadGen.Cells;
using Conet.Routing.Tables;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.LoadGen.Tools;

/// <summary>
/// A worker of Conet.Wire with the routes of the load generator. One thread works; another may ask.
/// </summary>
internal sealed class Relay : IDisposable
{
    private const int TableSecretBytes = 32;
    private const int TurnMs = 100;

    private readonly CellSocket _client;
    private readonly CellSocket _node;
    private readonly UdpWorker<TrieLookup> _worker;
    private readonly TrieLookup _lookup;
    private readonly long[] _dropsTaken = new long[Enum.GetValues<DropReason>().Length];
    private volatile bool _isStopping;
    private long _allocated;
    private long _allocatedTaken;
    private long _receivedTaken;
    private long _forwardedTaken;
    private long _turnsTaken;

    public Relay(ToolOptions options)
    {
        LoadRoutes routes = options.LoadRoutes;
        _client = Open(options.Kind, ToolOptions.Need(options.At, "--at"));
        _node = Open(options.Kind, ToolOptions.Need(options.Node, "--node"));
        _lookup = new TrieLookup(MakeTrie(routes));
        if (options.Xdp.Length > 0)
            Xdp = RelayDriver.Make(options, _client.LocalEndpoint, _node.LocalEndpoint.Port);
        byte[] own = new byte[Address.Size];
        NodeAddress.Own(new NodeId(1)).CopyTo(own);
        byte[] seed = new byte[LocalTable.SeedSize];
        _worker = new UdpWorker<TrieLookup>(new UdpWorkerOptions
        {
            ClientSocket = _client,
            NodeSocket = _node,
            OwnAddress = own,
            Locals = new LocalTable(1, seed),
            LocalEndpoints = new EndpointTable(1, developmentChain: true),
            HopEndpoints = MakeHops(routes.Hops, ToolOptions.Need(options.Next, "--next")),
            ControlQueue = new CellQueue(Limits.ControlQueueCells),
            ControlGate = new ControlGate(seed),
            DevelopmentChain = true,
        });
    }

    /// <summary>The same routes in the driver, or null.</summary>
    public XdpForwarder? Xdp { get; }

    /// <summary>Forwards until <see cref="Stop"/>.</summary>
    public void Work()
    {
        WorkerCores.TryGiveWay();
        while (!_isStopping)
        {
            _worker.RunOnce(_lookup, TurnMs, Environment.TickCount64);
            Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    /// <summary>Ends <see cref="Work"/>. Any thread.</summary>
    public void Stop()
    {
        _isStopping = true;
        _worker.Wake();
    }

    /// <summary>What was done since the last call. One thread, any.</summary>
    public RelayReport Take()
    {
        ForwardingCounters counters = _worker.Counters;
        long inDriver = (long)(Xdp?.Forwarded ?? 0);
        Dictionary<string, long> drops = [];
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            long dropped = Since(ref _dropsTaken[(int)reason], (long)counters.Dropped(reason));
            if (dropped != 0)
                drops.Add(reason.ToString(), dropped);
        }

        return new RelayReport(
            Since(ref _receivedTaken, (long)counters.Received(CellRole.ClientPort) + inDriver),
            Since(ref _forwardedTaken, (long)counters.Forwarded + inDriver),
            Since(ref _turnsTaken, (long)counters.Turns),
            Since(ref _allocatedTaken, Volatile.Read(ref _allocated)),
            drops);
    }

    public void Dispose()
    {
        Xdp?.Dispose();
        _worker.Dispose();
        _client.Dispose();
        _node.Dispose();
    }

    private static long Since(ref long taken, long now)
    {
        long change = now - taken;
        taken = now;
        return change;
    }

    private static CellSocket Open(CellSocketKind kind, IPEndPoint local) =>
        CellSocket.Open(new CellSocketOptions { Local = local, Kind = kind });

    private static EndpointTable MakeHops(int hops, IPEndPoint first)
    {
        EndpointTable table = new(hops, developmentChain: true);
        uint address = BinaryPrimitives.ReadUInt32BigEndian(first.Address.GetAddressBytes());
        for (int hop = 0; hop < hops; hop++)
            table.TrySet(hop, UdpEndpoint.FromIPv4(address + (uint)hop, (ushort)first.Port));
        return table;
    }

    private static RouteTrie MakeTrie(LoadRoutes routes)
    {
        RouteTrieBuilder trie = RouteTrie.Create(new byte[TableSecretBytes]).ToBuilder();
        Span<byte> address = stackalloc byte[Address.Size];
        for (uint route = 0; route < routes.Count; route++)
        {
            routes.WriteAddress(route, address);
            trie.Set(new Address(address), RouteTrie.PrefixBitsMax, (uint)routes.HopOf(route));
        }

        return trie.Build();
    }

    /// <summary>The trie's values are the hops.</summary>
    private readonly struct TrieLookup(RouteTrie trie) : IRouteLookup
    {
        private const int Group = 64;

        public void Resolve(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> hops)
        {
            Span<uint> values = stackalloc uint[Group];
            Span<bool> found = stackalloc bool[Group];
            for (int start = 0; start < offsets.Length; start += Group)
            {
                int count = Math.Min(Group, offsets.Length - start);
                trie.Find(cells, offsets.Slice(start, count), values, found);
                for (int index = 0; index < count; index++)
                    hops[start + index] = found[index] ? (int)values[index] : NoHop.UnknownDestination;
            }
        }
    }
}
