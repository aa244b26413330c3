using Conet.Wire.Addresses;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// Which nodes answer at the endpoint of their record (docs/SPEC.md, section 9). Does no I/O: it is told the
/// records, the time, the answers and where cells flow; it says whom to probe and who is reachable.
/// One thread at a time. Times are milliseconds of any clock that never goes back.
/// </summary>
public sealed class ProbeTracker
{
    private readonly Dictionary<uint, Entry> _entries = [];
    private readonly Dictionary<MessageId, Outstanding> _outstanding = [];
    private readonly uint _self;
    private readonly Func<UdpEndpoint, bool> _isPermitted;
    private int _cursor;
    private Entry[] _order = [];

    /// <summary>Makes an empty tracker.</summary>
    /// <param name="self">Own id; its record is never probed.</param>
    /// <param name="isPermitted">
    /// Whether cells may be sent to an endpoint at all (docs/SPEC.md, section 10).
    /// </param>
    public ProbeTracker(NodeId self, Func<UdpEndpoint, bool> isPermitted)
    {
        _self = self.Value;
        _isPermitted = isPermitted;
    }

    /// <summary>
    /// Counts changes of who is reachable; whoever keeps a copy makes it anew when this moves.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>Nodes that are known and may be sent to.</summary>
    public int Count => _entries.Count;

    /// <summary>Records left out because their endpoint must not be sent to; any thread may read.</summary>
    public IReadOnlyList<NodeId> Forbidden { get; private set; } = [];

    /// <summary>Records left out because there are more than <see cref="HostLimits.NodesMax"/>.</summary>
    public int OverflowCount { get; private set; }

    /// <summary>
    /// Takes the current records. A record that appears, or whose endpoint, seal key or signer changed, is
    /// not reachable until it answers a probe sent from now on, and is probed at once.
    /// </summary>
    /// <param name="peers">Every active or draining node; own id and duplicates are passed over.</param>
    /// <param name="nowMs">The time.</param>
    public void SetPeers(IEnumerable<NodePeer> peers, long nowMs)
    {
        HashSet<uint> present = [];
        List<NodeId> forbidden = [];
        OverflowCount = 0;
        foreach (NodePeer peer in peers)
        {
            if (peer.Id.Value == 0 || peer.Id.Value == _self)
                continue;
            if (present.Count + forbidden.Count == HostLimits.NodesMax)
                OverflowCount++;
            else if (!_isPermitted(peer.Endpoint))
                forbidden.Add(peer.Id);
            else if (present.Add(peer.Id.Value))
                SetPeer(peer, nowMs);
        }

        foreach (Entry gone in _entries.Values.Where(entry => !present.Contains(entry.Peer.Id.Value))
            .ToArray())
            Remove(gone);
        _order = [.. _entries.Values];
        if (!forbidden.SequenceEqual(Forbidden))
            Version++;
        Forbidden = forbidden;
    }

    /// <summary>The record of a node, if it is known and may be sent to.</summary>
    public bool TryGetPeer(NodeId id, out NodePeer? peer)
    {
        peer = _entries.TryGetValue(id.Value, out Entry? entry) ? entry.Peer : null;
        return peer is not null;
    }

    /// <summary>
    /// Says that cells were sent to a node since the last call: it is probed more often for a while.
    /// </summary>
    public void NoteFlow(NodeId id, long nowMs)
    {
        if (!_entries.TryGetValue(id.Value, out Entry? entry))
            return;
        entry.FlowUntilMs = nowMs + HostLimits.ProbeIdleMilliseconds;
        if (entry.AnsweredMs is not null)
            entry.DueMs = Math.Min(entry.DueMs, entry.SentMs + HostLimits.ProbeFlowingMilliseconds);
    }

    /// <summary>
    /// Names the nodes to probe now, at most <paramref name="due"/>.Length, and takes each as probed. The
    /// caller sends the probe to the peer's endpoint and calls <see cref="NoteProbe"/> with its message id.
    /// </summary>
    /// <returns>How many places of <paramref name="due"/> were filled.</returns>
    public int TakeDue(Span<NodePeer> due, long nowMs)
    {
        int taken = 0;
        for (int looked = 0; looked < _order.Length && taken < due.Length; looked++)
        {
            _cursor = _cursor + 1 < _order.Length ? _cursor + 1 : 0;
            Entry entry = _order[_cursor];
            if (entry.DueMs > nowMs)
                continue;
            due[taken++] = entry.Peer;
            entry.SentMs = nowMs;
            entry.DueMs = nowMs + NextInterval(entry, nowMs);
        }

        return taken;
    }

    /// <summary>Remembers a probe that was sent, so that its answer is known.</summary>
    public void NoteProbe(NodeId id, MessageId requestId)
    {
        if (!_entries.TryGetValue(id.Value, out Entry? entry) || _outstanding.ContainsKey(requestId))
            return;
        if (entry.Requests.Count == HostLimits.ProbesOutstandingPerNode)
            _outstanding.Remove(entry.Requests.Dequeue());
        entry.Requests.Enqueue(requestId);
        _outstanding.Add(requestId, new Outstanding(entry, entry.Generation, entry.SentMs));
    }

    /// <summary>
    /// Takes an answer. False if no probe with this id waits, or the node's record changed since it was sent.
    /// </summary>
    public bool TryTakeAnswer(MessageId requestId, long nowMs, out NodeId id)
    {
        id = default;
        if (!_outstanding.Remove(requestId, out Outstanding waiting)
            || waiting.Generation != waiting.Entry.Generation
            || nowMs - waiting.SentMs > HostLimits.ReachableMilliseconds)
            return false;
        Entry entry = waiting.Entry;
        id = entry.Peer.Id;
        entry.AnsweredMs = nowMs;
        entry.UnansweredIntervalMs = HostLimits.ProbeUnansweredFirstMilliseconds;
        entry.DueMs = entry.SentMs + NextInterval(entry, nowMs);
        if (!entry.Reachable)
        {
            entry.Reachable = true;
            Version++;
        }

        return true;
    }

    /// <summary>
    /// Whether a probe of another node is to be answered, and where to: its registered endpoint, never
    /// the source of the datagram. At most one a second and prober. A prober that is not reachable
    /// itself is probed at once.
    /// </summary>
    /// <param name="prober">Node id of the reply block.</param>
    /// <param name="from">Wallet that signed the probe.</param>
    /// <param name="nowMs">The time.</param>
    /// <param name="peer">The prober's record if true.</param>
    public ProbeVerdict Admit(NodeId prober, in Address from, long nowMs, out NodePeer? peer)
    {
        peer = null;
        if (!_entries.TryGetValue(prober.Value, out Entry? entry))
            return ProbeVerdict.UnknownNode;
        if (entry.Peer.Signer != from)
            return ProbeVerdict.WrongSigner;
        if (entry.AnsweredProberMs is long last && nowMs - last < HostLimits.ProbeAnswerMilliseconds)
            return ProbeVerdict.TooOften;
        entry.AnsweredProberMs = nowMs;
        peer = entry.Peer;
        if (!entry.Reachable)
            entry.DueMs = Math.Min(entry.DueMs, nowMs);
        return ProbeVerdict.Answer;
    }

    /// <summary>Ends the reachability of nodes that have not answered for 90 s.</summary>
    public void Tick(long nowMs)
    {
        foreach (Entry entry in _order)
        {
            if (entry.Reachable && nowMs - entry.AnsweredMs >= HostLimits.ReachableMilliseconds)
            {
                entry.Reachable = false;
                Version++;
            }
        }
    }

    /// <summary>Whether the node answered within 90 s at the endpoint now in its record.</summary>
    public bool IsReachable(NodeId id) => _entries.TryGetValue(id.Value, out Entry? entry) && entry.Reachable;

    /// <summary>The records of all reachable nodes, in no particular order.</summary>
    public IEnumerable<NodePeer> Reachable() =>
        _order.Where(entry => entry.Reachable).Select(entry => entry.Peer);

    private void SetPeer(NodePeer peer, long nowMs)
    {
        if (_entries.TryGetValue(peer.Id.Value, out Entry? entry))
        {
            if (entry.Peer.IsSameAs(peer))
                return;
            Remove(entry);
        }

        _entries[peer.Id.Value] = new Entry(peer) { DueMs = nowMs, SentMs = nowMs };
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Peer.Id.Value);
        foreach (MessageId requestId in entry.Requests)
            _outstanding.Remove(requestId);
        entry.Generation++;
        if (entry.Reachable)
            Version++;
    }

    private static long NextInterval(Entry entry, long nowMs)
    {
        if (entry.AnsweredMs is not null)
            return nowMs < entry.FlowUntilMs
                ? HostLimits.ProbeFlowingMilliseconds
                : HostLimits.ProbeIdleMilliseconds;
        long interval = entry.UnansweredIntervalMs;
        entry.UnansweredIntervalMs = Math.Min(interval * 2, HostLimits.ProbeUnansweredLastMilliseconds);
        return interval;
    }

    private readonly record struct Outstanding(Entry Entry, int Generation, long SentMs);

    private sealed class Entry(NodePeer peer)
    {
        public NodePeer Peer { get; } = peer;

        public Queue<MessageId> Requests { get; } = new(HostLimits.ProbesOutstandingPerNode);

        public long DueMs { get; set; }

        public long SentMs { get; set; }

        public long FlowUntilMs { get; set; } = long.MinValue;

        public long? AnsweredMs { get; set; }

        public long? AnsweredProberMs { get; set; }

        public long UnansweredIntervalMs { get; set; } = HostLimits.ProbeUnansweredFirstMilliseconds;

        public int Generation { get; set; }

        public bool Reachable { get; set; }
    }
}

/// <summary>What to do with a probe that came in.</summary>
public enum ProbeVerdict
{
    /// <summary>Answer it at the registered endpoint.</summary>
    Answer,

    /// <summary>Drop: there is no such node, or its endpoint must not be sent to.</summary>
    UnknownNode,

    /// <summary>Drop: it is not signed by the signer of that record.</summary>
    WrongSigner,

    /// <summary>Drop: this prober was answered less than a second ago.</summary>
    TooOften,
}
