using System.Diagnostics;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// What a client does with each cell that comes (docs/SPEC.md, section 6), and when. Owns no socket, thread
/// or clock: the same code runs under <see cref="ConetClient"/> and in a simulation. One thread at a time.
/// </summary>
internal sealed class ClientCore : IDisposable
{
    private readonly ConetClientOptions _options;
    private readonly ICellSender _sender;
    private readonly Func<ReceivedMessage, bool> _deliver;
    private readonly Func<bool> _hasRoom;
    private readonly ReplayMemory _replay;
    private readonly FragmentAssembler _assembler = new();
    private readonly List<HomeAttachment> _attachments = [];
    private readonly byte[] _envelope = new byte[EnvelopeLayout.Size];
    private readonly byte[] _keyCommit = new byte[FirstContactSeal.KeyCommitSize];
    private NodeInfo _entry;
    private double _openTokens = ClientLimits.OpensBurst;
    private ulong _openTokensMs;
    private ulong _nextForgetMs;

    /// <summary>Makes a core.</summary>
    /// <param name="options">As given to the client.</param>
    /// <param name="sender">Takes cells.</param>
    /// <param name="hasRoom">True while the application can take another message.</param>
    /// <param name="deliver">Takes a message.</param>
    /// <param name="replay">Replay memory.</param>
    public ClientCore(
        ConetClientOptions options,
        ICellSender sender,
        Func<bool> hasRoom,
        Func<ReceivedMessage, bool> deliver,
        ReplayMemory replay)
    {
        _options = options;
        _sender = sender;
        _hasRoom = hasRoom;
        _deliver = deliver;
        _replay = replay;
        _entry = options.Directory.TryGetNode(options.Entry, out NodeInfo? node)
            ? node
            : throw new ConetClientException($"there is no node {options.Entry.Value}; see: conet node list");
        Outbox = new Outbox(options.Network, FindEntry, sender);
        Answers = new AnswerQueue(options.Network, options.Wallet, FindEntry, sender, Counters);
    }

    public ClientCounters Counters { get; } = new();

    public Outbox Outbox { get; }

    public AnswerQueue Answers { get; }

    public IReadOnlyList<HomeAttachment> Attachments => _attachments;

    /// <summary>True if the core should be asked again within a few milliseconds.</summary>
    public bool IsBusy =>
        Outbox.IsBusy || Answers.IsBusy || _attachments.Exists(home => home.Download is not null);

    /// <summary>Begins to attach.</summary>
    /// <exception cref="ConetClientException">Too many homes, or no such node.</exception>
    public HomeAttachment Attach(NodeId home, AttachOptions options, ulong nowMs)
    {
        if (_attachments.Count >= ClientLimits.AttachmentsMax)
            throw new ConetClientException($"a client has at most {ClientLimits.AttachmentsMax} homes");
        if (!_options.Directory.TryGetNode(home, out NodeInfo? node))
            throw new ConetClientException(
                $"there is no node {home.Value} to attach to; see: conet node list");
        HomeAttachment attachment = new(_options.Network, node, _options.Wallet, options, _sender);
        _attachments.Add(attachment);
        attachment.Tick(nowMs);
        return attachment;
    }

    /// <summary>Begins to fetch a bucket from an attached home.</summary>
    public static BucketDownload Download(HomeAttachment home, AddressPrefix prefix, ulong nowMs)
    {
        home.Download = new BucketDownload(prefix, nowMs);
        home.Tick(nowMs);
        return home.Download;
    }

    /// <summary>Forgets an attachment that did not come about. False if it is not there.</summary>
    public bool GiveUp(HomeAttachment attachment)
    {
        if (!_attachments.Remove(attachment))
            return false;
        attachment.Dispose();
        return true;
    }

    /// <summary>Takes a datagram.</summary>
    public void OnDatagram(ReadOnlySpan<byte> datagram, ulong nowMs)
    {
        Counters.CountReceived();
        if (!CellView.TryRead(datagram, out CellView cell))
        {
            Counters.Count(ClientDrop.WrongSize);
            return;
        }

        Address destination = new(cell.Destination);
        if (!TryFindKeys(destination, out Addressee addressee))
            Counters.Count(ClientDrop.NotForMe);
        else if (!TryTakeOpen(nowMs))
            Counters.Count(ClientDrop.OverBudget);
        else if (!TryOpen(cell.Bytes, addressee))
            Counters.Count(ClientDrop.NotSealedToMe);
        else if (Judge(addressee, nowMs, out Envelope envelope) is { } drop)
            Counters.Count(drop);
        else if (Handle(envelope, addressee, nowMs) is { } refusal)
            Counters.Count(refusal);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(ulong nowMs)
    {
        foreach (HomeAttachment attachment in _attachments)
            attachment.Tick(nowMs);
        Outbox.Tick(nowMs);
        Answers.Tick(nowMs);
        if (nowMs < _nextForgetMs)
            return;
        _nextForgetMs = nowMs + 5_000;
        _assembler.ForgetIdle(nowMs);
    }

    public void Dispose()
    {
        Outbox.Close();
        foreach (HomeAttachment attachment in _attachments)
            attachment.Dispose();
    }

    /// <summary>The entry as the directory knows it now, or as it was known last.</summary>
    private NodeInfo FindEntry()
    {
        if (_options.Directory.TryGetNode(_options.Entry, out NodeInfo? node))
            _entry = node;
        return _entry;
    }

    private bool TryFindKeys(in Address destination, out Addressee addressee)
    {
        addressee = new Addressee(destination, AddresseeRole.Wallet, _options.Prekeys, null);
        foreach (HomeAttachment attachment in _attachments)
        {
            if (attachment.ReturnAddress == destination)
            {
                addressee = new Addressee(
                    destination, AddresseeRole.Return, [attachment.ReturnKey], attachment);
                return true;
            }

            foreach (ClientAlias alias in attachment.Aliases)
            {
                if (alias.Address != destination)
                    continue;
                addressee = new Addressee(destination, AddresseeRole.Alias, [alias.Key], attachment);
                return true;
            }
        }

        if (destination == _options.Wallet.Address)
            return _options.Prekeys.Count > 0;
        NodeId node = NodeAddress.NodeOf(destination);
        return _options.Prekeys.Count > 0
            && node.Value != 0
            && NodeAddress.Home(node, _options.Wallet.Address) == destination;
    }

    private bool TryOpen(ReadOnlySpan<byte> cell, in Addressee addressee)
    {
        for (int i = 0; i < addressee.Keys.Count && i < 2; i++)
        {
            if (FirstContactSeal.TryOpen(_options.Network, cell, addressee.Keys[i], _envelope, _keyCommit))
                return true;
        }

        return false;
    }

    private ClientDrop? Judge(in Addressee addressee, ulong nowMs, out Envelope envelope)
    {
        if (Envelope.TryParse(_envelope, out envelope) != EnvelopeProblem.None)
            return ClientDrop.MalformedEnvelope;
        bool isControl = BodyKinds.IsNodeToClient(envelope.Kind);
        if (isControl != (addressee.Role == AddresseeRole.Return)
            || (!isControl && !BodyKinds.IsEndToEnd(envelope.Kind)))
            return ClientDrop.MalformedBody;
        switch (envelope.CheckTime(nowMs))
        {
            case EnvelopeProblem.Early:
                return ClientDrop.Early;
            case EnvelopeProblem.Expired:
                return ClientDrop.Expired;
        }

        return envelope.Auth == EnvelopeAuth.Wallet && !IsSignedToMe(envelope, addressee)
            ? ClientDrop.BadSignature
            : null;
    }

    private bool IsSignedToMe(in Envelope envelope, in Addressee addressee) =>
        (addressee.Role == AddresseeRole.Alias
            && envelope.IsSignedTo(_options.Network, addressee.Address, _keyCommit))
        || envelope.IsSignedTo(_options.Network, _options.Wallet.Address, _keyCommit);

    private ClientDrop? Handle(in Envelope envelope, in Addressee addressee, ulong nowMs)
    {
        switch (envelope.Kind)
        {
            case BodyKind.Message:
                return OnMessage(envelope, addressee, nowMs);
            case BodyKind.Fragment:
                return OnFragment(envelope, addressee, nowMs);
            case BodyKind.FragmentAck:
                if (!FragmentAckBody.TryParse(envelope.Body, out FragmentAckBody ack))
                    return ClientDrop.MalformedBody;
                return Outbox.OnAcknowledgement(ack, addressee.Address, nowMs) ? null : ClientDrop.Unasked;
            case BodyKind.Receipt:
                if (!ReceiptBody.TryParse(envelope.Body, out ReceiptBody receipt))
                    return ClientDrop.MalformedBody;
                Address? from = envelope.Auth == EnvelopeAuth.Wallet ? envelope.From : null;
                return Outbox.OnReceipt(receipt, from, addressee.Address) ? null : ClientDrop.Unasked;
            default:
                return addressee.Attachment!.OnControl(envelope, nowMs) ? null : ClientDrop.Unasked;
        }
    }

    private ClientDrop? OnMessage(in Envelope envelope, in Addressee addressee, ulong nowMs)
    {
        if (!MessageBody.TryParse(envelope.Body, out MessageBody body))
            return ClientDrop.MalformedBody;
        if (!_hasRoom())
            return ClientDrop.InboxFull;
        return Deliver(envelope, envelope.MessageId, envelope.Body, body, addressee, nowMs);
    }

    private ClientDrop? OnFragment(in Envelope envelope, in Addressee addressee, ulong nowMs)
    {
        if (!FragmentBody.TryParse(envelope.Body, out FragmentBody piece))
            return ClientDrop.MalformedBody;
        if (!_hasRoom())
            return ClientDrop.InboxFull;
        AssemblyStep step = _assembler.Add(envelope, piece, nowMs, out FragmentGroup? group);
        switch (step)
        {
            case AssemblyStep.Malformed:
                return ClientDrop.MalformedBody;
            case AssemblyStep.TooLong or AssemblyStep.NoRoom:
                return ClientDrop.NoRoom;
        }

        Answers.PlanAcknowledgement(group!, step == AssemblyStep.Repeated, nowMs);
        if (step == AssemblyStep.Repeated && group!.IsComplete)
            return OnCompleteAgain(group, addressee, nowMs);
        if (step != AssemblyStep.Complete)
            return null;
        byte[] joined = _assembler.Take(group!);
        if (joined.Length <= EnvelopeLayout.BodyBytesMax
            || !MessageBody.TryParse(joined, out MessageBody body))
            return ClientDrop.MalformedBody;
        group!.BodyHash = Keccak256.Hash(joined);
        return Deliver(envelope, group.MessageId, joined, body, addressee, nowMs);
    }

    private ClientDrop? OnCompleteAgain(FragmentGroup group, in Addressee addressee, ulong nowMs)
    {
        if (group is { WantsReceipt: true, ReplyBlock: { } block, BodyHash: { } hash })
            Answers.PlanReceipt(block, group.From, group.MessageId, hash, addressee.SignsReceipts, nowMs);
        return null;
    }

    private ClientDrop? Deliver(
        in Envelope envelope,
        MessageId id,
        ReadOnlySpan<byte> wholeBody,
        in MessageBody body,
        in Addressee addressee,
        ulong nowMs)
    {
        switch (_replay.Remember(envelope.From, id, envelope.IssuedMs, envelope.RefusedFromMs, nowMs))
        {
            case ReplayVerdict.Refused:
                return ClientDrop.ReplayRefused;
            case ReplayVerdict.Seen:
                Counters.CountRepeated();
                break;
            default:
                Address? from = envelope.Auth == EnvelopeAuth.Wallet ? envelope.From : null;
                ReceivedMessage message = new(
                    from,
                    body.Content.ToArray(),
                    id,
                    envelope.IssuedMs,
                    Stopwatch.GetTimestamp(),
                    addressee.Address,
                    body.ReplyBlock);
                if (!_deliver(message))
                    return ClientDrop.InboxFull;
                Counters.CountDelivered();
                break;
        }

        if (body is { WantsReceipt: true, ReplyBlock: { } block })
        {
            byte[] hash = Keccak256.Hash(wholeBody);
            Answers.PlanReceipt(block, envelope.From, id, hash, addressee.SignsReceipts, nowMs);
        }

        return null;
    }

    private bool TryTakeOpen(ulong nowMs)
    {
        if (nowMs > _openTokensMs)
        {
            double earned = (nowMs - _openTokensMs) * (ClientLimits.OpensPerSecondMax / 1000.0);
            _openTokens = Math.Min(ClientLimits.OpensBurst, _openTokens + earned);
            _openTokensMs = nowMs;
        }

        if (_openTokens < 1)
            return false;
        _openTokens--;
        return true;
    }

    private enum AddresseeRole
    {
        Wallet,
        Alias,
        Return,
    }

    private readonly record struct Addressee(
        Address Address, AddresseeRole Role, IReadOnlyList<SealKey> Keys, HomeAttachment? Attachment)
    {
        public bool SignsReceipts => Role == AddresseeRole.Wallet;
    }
}
