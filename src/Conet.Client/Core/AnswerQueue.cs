using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// Receipts and acknowledgements that wait for their random moment (docs/SPEC.md, 7.4 and 7.5). They go to
/// reply blocks only, through the entry node. On the client's thread alone.
/// </summary>
internal sealed class AnswerQueue(
    NetworkId network, Wallet wallet, Func<NodeInfo> entry, ICellSender sender, ClientCounters counters)
{
    private const uint LifetimeSeconds = 600;

    private readonly PriorityQueue<PendingReceipt, ulong> _receipts = new();
    private readonly Dictionary<(Address From, MessageId Id), ulong> _receiptNotBeforeMs = [];
    private readonly Queue<(Address From, MessageId Id)> _receiptOrder = new();
    private readonly Dictionary<FragmentGroup, PendingAcknowledgement> _acknowledgements = [];
    private readonly List<FragmentGroup> _settled = [];

    /// <summary>True if something waits.</summary>
    public bool IsBusy => _receipts.Count > 0 || _acknowledgements.Count > 0;

    /// <summary>True if a receipt or acknowledgement has still to be sent.</summary>
    public bool HasUnsent =>
        _receipts.Count > 0 || _acknowledgements.Values.Any(pending => pending.Pieces > 0);

    /// <summary>Plans the receipt of a message, at most one in two seconds.</summary>
    /// <param name="block">Where to.</param>
    /// <param name="from">Sender; zero for an anonymous one.</param>
    /// <param name="id">Message id.</param>
    /// <param name="bodyHash">Keccak-256 of the whole message body.</param>
    /// <param name="isSigned">
    /// False for a message that came to an alias, so that the wallet stays unknown.
    /// </param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public void PlanReceipt(
        ReplyBlock block, in Address from, MessageId id, byte[] bodyHash, bool isSigned, ulong nowMs)
    {
        if (_receipts.Count >= ClientLimits.AnswersPendingMax
            || _receiptNotBeforeMs.GetValueOrDefault((from, id)) > nowMs)
        {
            return;
        }

        ulong dueMs = nowMs + (ulong)RandomNumberGenerator.GetInt32(ClientLimits.ReceiptDelayMsMax + 1);
        if (_receiptNotBeforeMs.TryAdd((from, id), 0))
            _receiptOrder.Enqueue((from, id));
        _receiptNotBeforeMs[(from, id)] = dueMs + ClientLimits.ReceiptRepeatMs;
        while (_receiptOrder.Count > ClientLimits.AnswersPendingMax)
            _receiptNotBeforeMs.Remove(_receiptOrder.Dequeue());
        _receipts.Enqueue(new PendingReceipt(block, id, bodyHash, isSigned, nowMs), dueMs);
    }

    /// <summary>Notes a piece of a long message, so that it is acknowledged in time.</summary>
    public void PlanAcknowledgement(FragmentGroup group, bool isRepeated, ulong nowMs)
    {
        if (group.ReplyBlock is null)
            return;
        if (!_acknowledgements.TryGetValue(group, out PendingAcknowledgement? pending))
        {
            if (_acknowledgements.Count >= Wire.Limits.ReassemblyGroupsMax)
                return;
            pending = new PendingAcknowledgement();
            _acknowledgements.Add(group, pending);
        }

        if (isRepeated && group.IsComplete && nowMs < pending.LastSentMs + ClientLimits.AcknowledgeRepeatMs)
            return;
        ulong jitterMs = (ulong)RandomNumberGenerator.GetInt32(ClientLimits.AcknowledgeDelayMsMax + 1);
        pending.Pieces++;
        if (pending.Pieces == 1)
            pending.DueMs = nowMs + ClientLimits.AcknowledgeMs + jitterMs;
        else if (pending.Pieces % ClientLimits.AcknowledgePieces == 0 || group.IsComplete)
            pending.DueMs = Math.Min(pending.DueMs, nowMs + jitterMs);
    }

    /// <summary>Sends what is due.</summary>
    public void Tick(ulong nowMs)
    {
        while (_receipts.TryPeek(out PendingReceipt? receipt, out ulong dueMs) && dueMs <= nowMs)
        {
            _receipts.Dequeue();
            SendReceipt(receipt, nowMs);
        }

        foreach ((FragmentGroup group, PendingAcknowledgement pending) in _acknowledgements)
        {
            if (pending.Pieces > 0 && nowMs >= pending.DueMs)
                SendAcknowledgement(group, pending, nowMs);
            else if (pending.Pieces == 0 && nowMs > pending.LastSentMs + Wire.Limits.ReassemblyIdleMs)
                _settled.Add(group);
        }

        foreach (FragmentGroup group in _settled)
            _acknowledgements.Remove(group);
        _settled.Clear();
    }

    private void SendReceipt(PendingReceipt receipt, ulong nowMs)
    {
        Span<byte> body = stackalloc byte[ReceiptBody.Size];
        ReceiptBody.Write(receipt.Id, receipt.ReceivedMs, receipt.BodyHash, body);
        if (Send(receipt.Block, BodyKind.Receipt, body, receipt.IsSigned ? wallet : null, nowMs))
            counters.CountReceipt();
    }

    private void SendAcknowledgement(FragmentGroup group, PendingAcknowledgement pending, ulong nowMs)
    {
        Span<byte> body = stackalloc byte[EnvelopeLayout.BodyBytesMax];
        int length = group.WriteAcknowledgement(body);
        pending.Pieces = 0;
        pending.LastSentMs = nowMs;
        if (group.ReplyBlock is { } block && Send(block, BodyKind.FragmentAck, body[..length], null, nowMs))
            counters.CountAcknowledgement();
    }

    private bool Send(ReplyBlock block, BodyKind kind, ReadOnlySpan<byte> body, Wallet? signer, ulong nowMs)
    {
        if (!block.IsLive(nowMs))
            return false;
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = nowMs,
            TtlSec = LifetimeSeconds,
            MessageId = MessageId.CreateRandom(),
            To = block.Alias,
            Body = body,
            Flags = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1),
        };
        if (!FirstContactSeal.TrySeal(network, block.Alias, block.Key, draft, signer, cell))
            return false;
        sender.Send(cell, entry().ClientEndpoint);
        return true;
    }

    private sealed record PendingReceipt(
        ReplyBlock Block, MessageId Id, byte[] BodyHash, bool IsSigned, ulong ReceivedMs);

    private sealed class PendingAcknowledgement
    {
        public int Pieces { get; set; }

        public ulong DueMs { get; set; }

        public ulong LastSentMs { get; set; }
    }
}
