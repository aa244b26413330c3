using Conet.Wire.Cells;

namespace Conet.Wire.Forwarding;

/// <summary>
/// The forwarding rules, without I/O, clock, lock or allocation: a batch of cells in; buckets by next hop,
/// buckets by local endpoint and control cells out. Reads 20 bytes of each cell and never writes to one. One
/// thread; a worker has its own. Source: docs/SPEC.md, section 10.
/// </summary>
/// <remarks>
/// <code>
///   from the client port                            from the node port
///   own address       -> Control                    own address       -> Control
///   local addressee   -> Deliveries                 local addressee   -> Deliveries
///   next hop          -> Forwards                   anything else     -> dropped
///   next hop is self, or none -> dropped
/// </code>
/// So a path has at most two forwarders, whatever the tables of two nodes say of each other.
/// </remarks>
/// <typeparam name="TRoutes">The route table; a struct, so that calls to it are direct.</typeparam>
public sealed class Forwarder<TRoutes>
    where TRoutes : struct, IRouteLookup
{
    private readonly byte[] _own = new byte[CellLayout.DestinationSize];
    private readonly LocalTable _locals;
    private readonly ForwardingCounters _counters;
    private readonly int _selfHop;
    private readonly int[] _control;
    private readonly int[] _handles;
    private readonly int[] _others;
    private readonly int[] _otherOffsets;
    private readonly int[] _hops;
    private int _controlCount;

    /// <summary>Makes a forwarder; takes all the memory it will ever use.</summary>
    /// <param name="options">Sizes and the node's own address; copied.</param>
    /// <param name="locals">The local addressees; shared with their writer and with other workers.</param>
    /// <param name="counters">Written by this forwarder's thread alone.</param>
    public Forwarder(ForwarderOptions options, LocalTable locals, ForwardingCounters counters)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(locals);
        ArgumentNullException.ThrowIfNull(counters);
        options.Check();
        options.OwnAddress.Span.CopyTo(_own);
        _locals = locals;
        _counters = counters;
        _selfHop = options.SelfHop;
        CellsMax = options.CellsMax;
        Forwards = new CellBuckets(options.HopsMax, options.CellsMax);
        Deliveries = new CellBuckets(options.HandlesMax, options.CellsMax);
        _control = new int[options.CellsMax];
        _handles = new int[options.CellsMax];
        _others = new int[options.CellsMax];
        _otherOffsets = new int[options.CellsMax];
        _hops = new int[options.CellsMax];
    }

    /// <summary>Cells of one batch.</summary>
    public int CellsMax { get; }

    /// <summary>Cells of the last batch that go to other nodes, by next hop.</summary>
    public CellBuckets Forwards { get; }

    /// <summary>Cells of the last batch that go to local endpoints, by handle.</summary>
    public CellBuckets Deliveries { get; }

    /// <summary>Cells of the last batch that are for this node itself, in order of arrival.</summary>
    public ReadOnlySpan<int> Control => _control.AsSpan(0, _controlCount);

    /// <summary>
    /// Decides on a batch. Counts what came in and what it drops; what becomes of the rest is for the caller
    /// to count. The results stay valid until the next call; the cells are not kept.
    /// </summary>
    /// <param name="routes">The table to use for this batch.</param>
    /// <param name="cells">The buffer the cells lie in; borrowed for the call.</param>
    /// <param name="offsets">Where each cell of 1160 bytes begins; at most <see cref="CellsMax"/>.</param>
    /// <param name="role">The port they came in at.</param>
    /// <exception cref="ArgumentException">More cells than <see cref="CellsMax"/>.</exception>
    public void Forward(in TRoutes routes, ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, CellRole role)
    {
        if (offsets.Length > CellsMax)
            throw new ArgumentException($"A batch has at most {CellsMax} cells.", nameof(offsets));
        Forwards.Clear();
        Deliveries.Clear();
        _controlCount = 0;
        _counters.CountReceived(role, offsets.Length);

        int others = TakeLocal(cells, offsets);
        if (others != 0)
        {
            routes.Resolve(cells, _otherOffsets.AsSpan(0, others), _hops.AsSpan(0, others));
            if (role == CellRole.ClientPort)
                TakeHops(others);
            else
                DropCrossed(others);
        }

        Deliveries.Complete();
        Forwards.Complete();
    }

    private int TakeLocal(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets)
    {
        _locals.Find(cells, offsets, _handles);
        ReadOnlySpan<byte> own = _own;
        int others = 0;
        int absent = 0;
        for (int index = 0; index < offsets.Length; index++)
        {
            int offset = offsets[index];
            int handle = _handles[index];
            if (cells.Slice(offset, CellLayout.DestinationSize).SequenceEqual(own))
            {
                _control[_controlCount++] = index;
            }
            else if (handle == LocalTable.Absent)
            {
                _others[others] = index;
                _otherOffsets[others++] = offset;
            }
            else if ((uint)handle < (uint)Deliveries.KeysMax)
            {
                Deliveries.Add(handle, index);
            }
            else
            {
                absent++;
            }
        }

        if (absent != 0)
            _counters.CountDropped(DropReason.AddresseeAbsent, absent);
        return others;
    }

    private void TakeHops(int others)
    {
        for (int index = 0; index < others; index++)
        {
            int hop = _hops[index];
            if (hop < 0)
                _counters.CountDropped(NoHop.ToDropReason(hop), 1);
            else if (hop == _selfHop)
                _counters.CountDropped(DropReason.NextHopIsSelf, 1);
            else if (hop >= Forwards.KeysMax)
                _counters.CountDropped(DropReason.NextHopUnreachable, 1);
            else
                Forwards.Add(hop, _others[index]);
        }
    }

    /// <summary>
    /// The table is asked only for the reason: at home here and absent, or at home elsewhere and so crossed.
    /// </summary>
    private void DropCrossed(int others)
    {
        int absent = 0;
        for (int index = 0; index < others; index++)
        {
            int hop = _hops[index];
            if (hop == NoHop.AddresseeAbsent || (hop >= 0 && hop == _selfHop))
                absent++;
        }

        if (absent != 0)
            _counters.CountDropped(DropReason.AddresseeAbsent, absent);
        if (others != absent)
            _counters.CountDropped(DropReason.CrossedRoute, others - absent);
    }
}
