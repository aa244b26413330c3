using Conet.Host.Node;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Bench.Wire;

/// <summary>What the cells of a scene are.</summary>
internal enum CellMix
{
    /// <summary>For wallets at other nodes.</summary>
    Routed,

    /// <summary>For clients that are attached here.</summary>
    Local,

    /// <summary>For nobody.</summary>
    Unknown,
}

/// <summary>
/// A forwarder with the routes of a node, and full batches of cells as the kernel leaves them: trains of 56
/// in buffers of 64 KB. The batches are used in turn, so that destinations come from memory and not from the
/// cache.
/// </summary>
internal sealed class ForwardScene : IDisposable
{
    /// <summary>Cells of one batch.</summary>
    public const int BatchCells = Limits.BatchCellsMax;

    /// <summary>Clients attached in the scene of <see cref="CellMix.Local"/>.</summary>
    public const int Clients = 10_000;

    private const int Batches = 8;
    private const int Seed = 7;
    private const int TrainBytes = Limits.TrainCellsMax * CellLayout.Size;
    private const uint SelfId = RouteScene.Nodes + 1;

    private readonly NodeRoutes<TableHomes> _routes;
    private readonly Forwarder<NodeRoutes<TableHomes>> _forwarder;
    private readonly CellBatch[] _batches = new CellBatch[Batches];
    private readonly CellRole _role;
    private int _next;

    /// <param name="hops">Next hops that the nodes of the table lie behind.</param>
    /// <param name="mix">What the cells are.</param>
    /// <param name="role">The port they come in at.</param>
    public ForwardScene(int hops, CellMix mix, CellRole role)
    {
        RouteScene scene = RouteScene.Take();
        _role = role;
        _routes = new NodeRoutes<TableHomes>(new TableHomes(scene.Table), new HopBoard(Hops(hops)));
        LocalTable locals = new(Clients, new byte[LocalTable.SeedSize]);
        if (mix == CellMix.Local)
            Attach(locals, scene.Misses);
        Counters = new ForwardingCounters(hops);
        ForwarderOptions options = new() { OwnAddress = OwnAddress(), CellsMax = BatchCells };
        _forwarder = new Forwarder<NodeRoutes<TableHomes>>(options, locals, Counters);
        byte[] destinations = mix == CellMix.Routed ? scene.Hits : scene.Misses;
        int distinct = mix == CellMix.Local ? Clients : RouteScene.Queries;
        Random random = new(Seed);
        for (int batch = 0; batch < Batches; batch++)
            _batches[batch] = Fill(destinations, distinct, random);
    }

    /// <summary>What the forwarder counted.</summary>
    public ForwardingCounters Counters { get; }

    /// <summary>Cells of the last batch that leave, over all buckets.</summary>
    public int Leaving => _forwarder.Forwards.CellCount + _forwarder.Deliveries.CellCount;

    /// <summary>The hops of the table's nodes, dealt out in turn.</summary>
    public static HopSnapshot Hops(int hops) => new(
        SelfId,
        [.. Enumerable.Range(0, RouteScene.Nodes)
            .Select(node => new KeyValuePair<uint, int>((uint)node + 1, node % hops))]);

    /// <summary>The address of the node that forwards.</summary>
    public static byte[] OwnAddress()
    {
        byte[] address = new byte[Address.Size];
        NodeAddress.Own(new NodeId(SelfId)).CopyTo(address);
        return address;
    }

    /// <summary>Forwards the next batch.</summary>
    public void Forward()
    {
        CellBatch batch = _batches[_next];
        _next = (_next + 1) % Batches;
        _forwarder.Forward(_routes, batch.Bytes, batch.Offsets, _role);
    }

    public void Dispose()
    {
        foreach (CellBatch batch in _batches)
            batch.Dispose();
    }

    private static void Attach(LocalTable locals, ReadOnlySpan<byte> addresses)
    {
        for (int client = 0; client < Clients; client++)
        {
            if (!locals.TrySet(addresses.Slice(client * Address.Size, Address.Size), client))
                throw new InvalidOperationException("The scene has more clients than its table.");
        }
    }

    private static CellBatch Fill(ReadOnlySpan<byte> destinations, int distinct, Random random)
    {
        CellBatch batch = new(Limits.ReceiveDatagramsMax, Limits.TrainBufferBytes);
        for (int slot = 0; slot < batch.Slots; slot++)
        {
            Span<byte> train = batch.SlotAt(slot);
            for (int cell = 0; cell < Limits.TrainCellsMax; cell++)
            {
                destinations.Slice(random.Next(distinct) * Address.Size, Address.Size)
                    .CopyTo(train[(cell * CellLayout.Size)..]);
            }

            batch.Accept(TrainBytes, CellLayout.Size, isTruncated: false, default);
        }

        return batch;
    }
}
