using Conet.Wire.Addresses;

namespace Conet.Wire.Sealing;

/// <summary>
/// Remembers (sender, message id) until the message would be refused as expired, so that nothing is delivered
/// twice. Bounded. When full, anonymous messages are refused; a signed one pushes out the anonymous entry
/// that was issued first, or, when there is none, the signed entry that was issued first, and whatever was
/// issued no later than an entry that was pushed out is refused from then on. A message that was just written
/// is therefore always accepted, as long as the opens per second times twice the clock skew stay below the
/// capacity, whoever else floods. One thread at a time. Source: docs/SPEC.md, section 6.3.
/// </summary>
public sealed class ReplayMemory
{
    private const ulong SweepIntervalMs = 10_000;

    private readonly int _entriesMax;
    private readonly Shelf _signed;
    private readonly Shelf _anonymous;
    private ulong _nextSweepMs;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="entriesMax">Most messages remembered, both classes together; at least 1.</param>
    /// <param name="floorIssuedMs">
    /// Messages issued at or before this time are refused: after a restart without a saved memory, the time
    /// up to which an earlier memory may have accepted messages. 0 for none.
    /// </param>
    public ReplayMemory(int entriesMax = Limits.ReplayMemoryEntriesMax, ulong floorIssuedMs = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entriesMax, 1);
        _entriesMax = entriesMax;
        _signed = new Shelf(floorIssuedMs);
        _anonymous = new Shelf(floorIssuedMs);
    }

    /// <summary>Messages remembered.</summary>
    public int Count => _signed.Count + _anonymous.Count;

    /// <summary>Judges a message and, if it is fresh, remembers it.</summary>
    /// <param name="envelope">Its time must have been checked, and its signature if it has one.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public ReplayVerdict Remember(in Envelope envelope, ulong nowMs) =>
        Remember(envelope.From, envelope.MessageId, envelope.IssuedMs, envelope.RefusedFromMs, nowMs);

    /// <summary>Judges a message and, if it is fresh, remembers it.</summary>
    /// <param name="from">Sender; zero for an anonymous one.</param>
    /// <param name="id">Message id.</param>
    /// <param name="issuedMs">When it was issued.</param>
    /// <param name="refusedFromMs">When it is refused as expired, and so may be forgotten.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public ReplayVerdict Remember(
        in Address from, MessageId id, ulong issuedMs, ulong refusedFromMs, ulong nowMs)
    {
        bool isSigned = !from.IsZero;
        Shelf shelf = isSigned ? _signed : _anonymous;
        if (shelf.Contains(from, id))
            return ReplayVerdict.Seen;
        if (issuedMs <= shelf.FloorIssuedMs)
            return ReplayVerdict.Refused;
        if (Count >= _entriesMax && !TryMakeRoom(isSigned, issuedMs, nowMs))
            return ReplayVerdict.Refused;
        shelf.Add(from, id, issuedMs, refusedFromMs);
        return ReplayVerdict.Fresh;
    }

    /// <summary>True if the message is remembered. Changes nothing.</summary>
    public bool Contains(in Address from, MessageId id) =>
        (from.IsZero ? _anonymous : _signed).Contains(from, id);

    private bool TryMakeRoom(bool forSigned, ulong issuedMs, ulong nowMs)
    {
        if (nowMs >= _nextSweepMs)
        {
            _nextSweepMs = nowMs + SweepIntervalMs;
            _signed.ForgetExpired(nowMs);
            _anonymous.ForgetExpired(nowMs);
            if (Count < _entriesMax)
                return true;
        }

        if (!forSigned)
            return false;
        return _anonymous.Count > 0
            ? _anonymous.PushOutEarliest(ulong.MaxValue)
            : _signed.PushOutEarliest(issuedMs);
    }

    private sealed class Shelf(ulong floorIssuedMs)
    {
        private readonly Dictionary<(Address From, MessageId Id), (ulong IssuedMs, ulong RefusedFromMs)>
            _entries = [];
        private readonly PriorityQueue<(Address From, MessageId Id), ulong> _byIssue = new();

        public ulong FloorIssuedMs { get; private set; } = floorIssuedMs;

        public int Count => _entries.Count;

        public bool Contains(in Address from, MessageId id) => _entries.ContainsKey((from, id));

        public void Add(in Address from, MessageId id, ulong issuedMs, ulong refusedFromMs)
        {
            _entries.Add((from, id), (issuedMs, refusedFromMs));
            _byIssue.Enqueue((from, id), issuedMs);
        }

        /// <summary>
        /// Pushes out the entry issued first, unless even that one was issued after the newcomer.
        /// </summary>
        public bool PushOutEarliest(ulong newcomerIssuedMs)
        {
            if (!_byIssue.TryPeek(out var key, out ulong issuedMs) || issuedMs >= newcomerIssuedMs)
                return false;
            _byIssue.Dequeue();
            _entries.Remove(key);
            FloorIssuedMs = Math.Max(FloorIssuedMs, issuedMs);
            return true;
        }

        public void ForgetExpired(ulong nowMs)
        {
            int before = _entries.Count;
            foreach (var (key, times) in _entries)
            {
                if (times.RefusedFromMs <= nowMs)
                    _entries.Remove(key);
            }

            if (_entries.Count == before)
                return;
            _byIssue.Clear();
            foreach (var (key, times) in _entries)
                _byIssue.Enqueue(key, times.IssuedMs);
        }
    }
}
