using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Wire.Bodies;

/// <summary>
/// Joins the pieces of long messages. Memory is taken as pieces arrive and bounded per message, per sender,
/// for all anonymous senders together, and in all. A message that gets no piece for a minute is given up.
/// Owns no clock; one thread at a time. Source: docs/SPEC.md, section 7.3.
/// </summary>
public sealed class FragmentAssembler
{
    private readonly Dictionary<(Address From, uint GroupId), FragmentGroup> _open = [];
    private readonly Dictionary<(Address From, uint GroupId), FragmentGroup> _complete = [];
    private readonly Queue<(Address From, uint GroupId)> _completeOrder = new();
    private readonly Dictionary<Address, int> _groupsOfSender = [];
    private readonly int _bytesMax;
    private readonly int _anonymousBytesMax;
    private readonly int _groupsMax;

    /// <summary>Makes an empty assembler with the limits of <see cref="Limits"/>, or smaller ones.</summary>
    /// <param name="bytesMax">Bytes held in all; anonymous senders may hold a quarter.</param>
    /// <param name="groupsMax">Unfinished messages in all.</param>
    public FragmentAssembler(
        int bytesMax = Limits.ReassemblyBytesMax, int groupsMax = Limits.ReassemblyGroupsMax)
    {
        _bytesMax = bytesMax;
        _anonymousBytesMax = bytesMax / 4;
        _groupsMax = groupsMax;
    }

    /// <summary>Bytes held for unfinished messages, their maps included.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>The part of <see cref="HeldBytes"/> that anonymous senders hold.</summary>
    public int AnonymousHeldBytes { get; private set; }

    /// <summary>Unfinished messages.</summary>
    public int OpenGroups => _open.Count;

    /// <summary>Takes a piece.</summary>
    /// <param name="envelope">
    /// The envelope it came in: opened, in time, its signature checked if it has one.
    /// </param>
    /// <param name="piece">Its body. Copied if it is kept.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    /// <param name="group">The message it belongs to, or null if it was not kept.</param>
    public AssemblyStep Add(
        in Envelope envelope, in FragmentBody piece, ulong nowMs, out FragmentGroup? group)
    {
        (Address From, uint GroupId) key = (envelope.From, piece.GroupId);
        if (_complete.TryGetValue(key, out group))
            return group.Agrees(piece, envelope) ? AssemblyStep.Repeated : AssemblyStep.Malformed;
        if (piece.Count > FragmentBody.CountFor(Limits.MessageBytesMax + MessageBody.OverheadMax))
            return AssemblyStep.TooLong;
        if (_open.TryGetValue(key, out group))
        {
            if (!group.Agrees(piece, envelope))
                return AssemblyStep.Malformed;
            if (group.Has(piece.Index))
                return AssemblyStep.Repeated;
        }

        int cost = FragmentGroup.CostOf(piece) + (group is null ? 256 + (piece.Count / 8) + 1 : 0);
        bool hasRoom = HasRoom(key.From, cost, opensGroup: group is null, nowMs);
        // Making room may have given up this very message; its sender starts anew.
        if (!hasRoom || (group is not null && !_open.ContainsKey(key)))
        {
            group = null;
            return AssemblyStep.NoRoom;
        }

        bool isNewGroup = group is null;
        group ??= new FragmentGroup(key.From, piece, envelope);
        int heldBefore = group.HeldBytes;
        if (!group.TryAdd(piece, envelope.MessageId))
        {
            group = null;
            return AssemblyStep.Malformed;
        }

        if (isNewGroup)
        {
            _open.Add(key, group);
            _groupsOfSender[key.From] = _groupsOfSender.GetValueOrDefault(key.From) + 1;
            Charge(key.From, group.FixedBytes);
        }

        Charge(key.From, group.HeldBytes - heldBefore);
        group.LastPieceMs = nowMs;
        return group.IsComplete ? AssemblyStep.Complete : AssemblyStep.Kept;
    }

    /// <summary>
    /// Joins a complete message and frees its pieces. The caller owns the result. The group stays known, so
    /// that repeated pieces are told from new ones.
    /// </summary>
    /// <exception cref="InvalidOperationException">The group is not complete, or was taken.</exception>
    public byte[] Take(FragmentGroup group)
    {
        (Address From, uint GroupId) key = (group.From, group.GroupId);
        if (!group.IsComplete || !_open.ContainsKey(key))
            throw new InvalidOperationException("Only a complete message can be taken, and once.");
        byte[] body = group.Join();
        Close(key, group);
        _complete[key] = group;
        _completeOrder.Enqueue(key);
        while (_completeOrder.Count > Limits.ReassemblyGroupsMax)
            _complete.Remove(_completeOrder.Dequeue());
        return body;
    }

    /// <summary>
    /// Gives up messages that got no piece for a minute or have expired. Call it every few seconds.
    /// </summary>
    /// <returns>Messages given up.</returns>
    public int ForgetIdle(ulong nowMs)
    {
        int forgotten = 0;
        foreach (var (key, group) in _open)
        {
            if (nowMs < group.LastPieceMs + Limits.ReassemblyIdleMs && nowMs < group.RefusedFromMs)
                continue;
            Close(key, group);
            forgotten++;
        }

        while (_completeOrder.TryPeek(out var oldest)
            && (!_complete.TryGetValue(oldest, out FragmentGroup? done) || done.RefusedFromMs <= nowMs))
        {
            _complete.Remove(oldest);
            _completeOrder.Dequeue();
        }

        return forgotten;
    }

    private bool HasRoom(in Address from, int cost, bool opensGroup, ulong nowMs)
    {
        bool fits = Fits(from, cost, opensGroup);
        if (!fits && ForgetIdle(nowMs) > 0)
            fits = Fits(from, cost, opensGroup);
        while (!fits && !from.IsZero && TryDropAnonymous())
            fits = Fits(from, cost, opensGroup);
        return fits;
    }

    private bool Fits(in Address from, int cost, bool opensGroup)
    {
        if (HeldBytes + cost > _bytesMax || (from.IsZero && AnonymousHeldBytes + cost > _anonymousBytesMax))
            return false;
        return !opensGroup
            || (_open.Count < _groupsMax
                && _groupsOfSender.GetValueOrDefault(from) < Limits.ReassemblyGroupsPerSenderMax);
    }

    /// <summary>Signed senders push anonymous ones out: the longest idle first.</summary>
    private bool TryDropAnonymous()
    {
        FragmentGroup? victim = null;
        foreach (FragmentGroup group in _open.Values)
        {
            if (group.From.IsZero && (victim is null || group.LastPieceMs < victim.LastPieceMs))
                victim = group;
        }

        if (victim is null)
            return false;
        Close((victim.From, victim.GroupId), victim);
        return true;
    }

    private void Close((Address From, uint GroupId) key, FragmentGroup group)
    {
        _open.Remove(key);
        Charge(key.From, -(group.HeldBytes + group.FixedBytes));
        group.ReleasePieces();
        int groups = _groupsOfSender[key.From] - 1;
        if (groups == 0)
            _groupsOfSender.Remove(key.From);
        else
            _groupsOfSender[key.From] = groups;
    }

    private void Charge(in Address from, int bytes)
    {
        HeldBytes += bytes;
        if (from.IsZero)
            AnonymousHeldBytes += bytes;
    }
}
