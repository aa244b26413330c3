using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// Messages on their way: seals, paces, repeats at the next home, ends them. On the client's thread alone.
/// </summary>
internal sealed class Outbox(NetworkId network, Func<NodeInfo> entry, ICellSender sender)
{
    private const int UnacknowledgedPerTurn = 16;
    private const ulong UnacknowledgedPauseMs = 5;

    private readonly Dictionary<MessageId, OutgoingMessage> _byId = [];
    private readonly Dictionary<uint, OutgoingMessage> _byGroup = [];
    private readonly List<OutgoingMessage> _ended = [];
    private readonly byte[] _body = new byte[EnvelopeLayout.BodyBytesMax];

    public int Count => _byId.Count;

    /// <summary>True if a long message is on its way, so that the thread should look again soon.</summary>
    public bool IsBusy => _byGroup.Count > 0;

    /// <summary>False if too many are on their way.</summary>
    public bool TryAdd(OutgoingMessage message)
    {
        if (_byId.Count >= ClientLimits.OutgoingMax)
            return false;
        _byId.Add(message.Id, message);
        if (message.Fragments is not null)
            _byGroup.Add(message.GroupId, message);
        return true;
    }

    public bool IsGroupTaken(uint groupId) => _byGroup.ContainsKey(groupId);

    /// <summary>Sends what is due and ends what is over.</summary>
    public void Tick(ulong nowMs)
    {
        int fragmentBudget = ClientLimits.FragmentsPerTurnMax;
        foreach (OutgoingMessage message in _byId.Values)
        {
            if (nowMs >= message.ExpiresMs)
                End(message, SendStatus.Expired);
            else if (message.Alias is null || message.Alias.IsRegistered || message.HasStarted)
                Advance(message, nowMs, ref fragmentBudget);
        }

        foreach (OutgoingMessage message in _ended)
        {
            _byId.Remove(message.Id);
            _byGroup.Remove(message.GroupId);
        }

        _ended.Clear();
    }

    /// <summary>
    /// Takes an acknowledgement; false if nothing like it was sent, or it came by another alias.
    /// </summary>
    public bool OnAcknowledgement(in FragmentAckBody body, in Address via, ulong nowMs)
    {
        if (!_byGroup.TryGetValue(body.GroupId, out OutgoingMessage? message)
            || message.Alias?.Address != via
            || message.Fragments is not { } fragments)
        {
            return false;
        }

        fragments.OnAcknowledgement(body, nowMs);
        message.Progress?.Report(new SendProgress(fragments.Acknowledged, fragments.Count));
        if (fragments.IsComplete && !message.WantsReceipt)
            EndNow(message, SendStatus.Sent);
        else if (fragments.IsComplete)
            message.NextRepeatMs = Math.Max(message.NextRepeatMs, nowMs + ClientLimits.RepeatStartMs);
        return true;
    }

    /// <summary>
    /// Takes a receipt whose signature, if it has one, was checked. False if it is not the one asked for.
    /// </summary>
    public bool OnReceipt(in ReceiptBody body, Address? from, in Address via)
    {
        if (!_byId.TryGetValue(body.MessageId, out OutgoingMessage? message)
            || !message.WantsReceipt
            || message.Alias?.Address != via
            || !body.BodyHash.SequenceEqual(message.BodyHash)
            || (message.ReceiptFrom is { } expected && from != expected))
        {
            return false;
        }

        EndNow(message, SendStatus.Received, new Receipt(from, body.ReceivedMs));
        return true;
    }

    /// <summary>Ends everything.</summary>
    public void Close()
    {
        foreach (OutgoingMessage message in _byId.Values)
            message.Complete(SendStatus.Closed);
        _byId.Clear();
        _byGroup.Clear();
    }

    private void Advance(OutgoingMessage message, ulong nowMs, ref int fragmentBudget)
    {
        if (message.Fragments is { } fragments)
        {
            if (message.Alias is null)
                AdvanceUnacknowledged(message, nowMs, ref fragmentBudget);
            else
                AdvanceFragments(message, fragments, nowMs, ref fragmentBudget);
            return;
        }

        if (message.HasStarted && nowMs < message.NextRepeatMs)
            return;
        if (message.HasStarted)
            NextHome(message, nowMs);
        else
            Start(message, nowMs);
        bool sent = Send(message, BodyKind.Message, message.Id, message.Body);
        if (!sent)
            End(message, SendStatus.UnusablePrekey);
        else if (!message.WantsReceipt)
            End(message, SendStatus.Sent);
    }

    private void AdvanceFragments(
        OutgoingMessage message, FragmentSender fragments, ulong nowMs, ref int fragmentBudget)
    {
        if (!message.HasStarted)
            Start(message, nowMs);
        else if (nowMs >= message.NextRepeatMs)
        {
            if (fragments.IsComplete)
            {
                NextHome(message, nowMs);
                SendPiece(message, 0);
                return;
            }

            if (fragments.Acknowledged == 0)
                NextHome(message, nowMs);
            else
                message.NextRepeatMs = nowMs + message.RepeatMs;
        }

        while (fragmentBudget > 0 && fragments.TryNext(nowMs, out int index))
        {
            fragmentBudget--;
            if (SendPiece(message, index))
                continue;
            End(message, SendStatus.UnusablePrekey);
            return;
        }

        message.CellsRepeated = fragments.Repeated;
    }

    private void AdvanceUnacknowledged(OutgoingMessage message, ulong nowMs, ref int fragmentBudget)
    {
        message.HasStarted = true;
        if (nowMs < message.NextRepeatMs)
            return;
        message.NextRepeatMs = nowMs + UnacknowledgedPauseMs;
        int count = message.PieceIds.Length;
        for (int i = 0; i < UnacknowledgedPerTurn && fragmentBudget > 0
            && message.NextUnacknowledged < count; i++)
        {
            fragmentBudget--;
            if (SendPiece(message, message.NextUnacknowledged++))
                continue;
            End(message, SendStatus.UnusablePrekey);
            return;
        }

        message.Progress?.Report(new SendProgress(message.NextUnacknowledged, count));
        if (message.NextUnacknowledged == count)
            End(message, SendStatus.Sent);
    }

    private static void Start(OutgoingMessage message, ulong nowMs)
    {
        message.HasStarted = true;
        message.NextRepeatMs = nowMs + message.RepeatMs;
    }

    private static void NextHome(OutgoingMessage message, ulong nowMs)
    {
        message.CellsRepeated++;
        message.PathIndex++;
        message.RepeatMs *= 2;
        message.NextRepeatMs = nowMs + message.RepeatMs;
    }

    private bool SendPiece(OutgoingMessage message, int index)
    {
        int length = FragmentBody.Write(message.GroupId, index, message.Body, _body);
        return Send(message, BodyKind.Fragment, message.PieceIds[index], _body.AsSpan(0, length));
    }

    private bool Send(
        OutgoingMessage message, BodyKind kind, MessageId id, ReadOnlySpan<byte> body)
    {
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = message.IssuedMs,
            TtlSec = message.TtlSec,
            MessageId = id,
            To = message.SignedTo,
            Body = body,
            Flags = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1),
        };
        if (!FirstContactSeal.TrySeal(
            network, message.CurrentDestination, message.Prekey, draft, message.Signer, cell))
        {
            return false;
        }

        message.CellsSent++;
        sender.Send(cell, entry().ClientEndpoint);
        return true;
    }

    private void End(OutgoingMessage message, SendStatus status)
    {
        message.Complete(status);
        _ended.Add(message);
    }

    private void EndNow(OutgoingMessage message, SendStatus status, Receipt? receipt = null)
    {
        message.CellsRepeated = Math.Max(message.CellsRepeated, message.Fragments?.Repeated ?? 0);
        message.Complete(status, receipt);
        _byId.Remove(message.Id);
        _byGroup.Remove(message.GroupId);
    }
}
