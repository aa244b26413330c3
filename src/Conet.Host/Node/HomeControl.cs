using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// The home of attached clients: challenges, attachments, aliases, leases (docs/SPEC.md, section 8). A state
/// machine without I/O and cryptography: it is given requests that were opened, checked for time, signature
/// and replay, and the time; it changes <see cref="ILocalAddressees"/> and says what to answer. Every table
/// is bounded. One thread at a time.
/// </summary>
public sealed class HomeControl
{
    private readonly NodeId _self;
    private readonly NodeLimits _limits;
    private readonly ILocalAddressees _locals;
    private readonly RandomFill _random;
    private readonly Dictionary<AttachToken, Attachment> _byToken = [];
    private readonly Dictionary<Address, Attachment> _byWallet = [];
    private readonly Dictionary<Address, Attachment> _byAlias = [];
    private readonly Dictionary<MessageId, PendingChallenge> _pending = [];
    private readonly PrefixShares _pendingShares;
    private readonly PrefixShares _attachmentShares;

    /// <summary>Makes a home without clients.</summary>
    /// <param name="self">Own node id.</param>
    /// <param name="limits">Bounds of the tables.</param>
    /// <param name="locals">Where addresses are entered; this home is their only writer.</param>
    /// <param name="random">Fills tokens and challenges; must be secure outside tests.</param>
    public HomeControl(NodeId self, NodeLimits limits, ILocalAddressees locals, RandomFill random)
    {
        _self = self;
        _limits = limits;
        _locals = locals;
        _random = random;
        _pendingShares = new PrefixShares(
            Math.Max(1, limits.PendingChallenges / HostLimits.PendingPrefixDivisor));
        _attachmentShares = new PrefixShares(
            Math.Max(1, limits.Attachments / HostLimits.AttachmentsPrefixDivisor));
    }

    /// <summary>Clients attached now.</summary>
    public int Attachments => _byToken.Count;

    /// <summary>Aliases in force now.</summary>
    public int Aliases => _byAlias.Count;

    /// <summary>Challenges kept, confirmed ones included until their time is over.</summary>
    public int PendingChallenges => _pending.Count;

    /// <summary>Takes one request of a client that came to the client port.</summary>
    /// <param name="envelope">Opened; time, signature and replay were checked.</param>
    /// <param name="source">UDP source of the datagram.</param>
    /// <param name="nowMs">Monotonic milliseconds.</param>
    /// <param name="body">At least 48 bytes; receives the body of the answer.</param>
    public HomeAnswer Handle(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body) =>
        envelope.Kind switch
        {
            BodyKind.Attach => OnAttach(envelope, source, nowMs, body),
            BodyKind.Confirm => OnConfirm(envelope, source, nowMs, body),
            BodyKind.KeepAlive => OnKeepAlive(envelope, source, nowMs, body),
            BodyKind.AliasRegister => OnAliasRegister(envelope, source, nowMs, body),
            BodyKind.AliasRevoke => OnAliasRevoke(envelope, source, nowMs, body),
            BodyKind.Detach => OnDetach(envelope, source, nowMs, body),
            _ => HomeAnswer.Dropped(ControlDrop.WrongPort),
        };

    /// <summary>
    /// Where an answer to a request of that attachment goes; a reason for none if it is not the attachment's,
    /// or comes from elsewhere than its confirmed source.
    /// </summary>
    public HomeAnswer AnswerTo(AttachToken token, in UdpEndpoint source, long nowMs, BodyKind kind)
    {
        ControlDrop drop = FindAt(token, source, nowMs, out Attachment? attachment);
        return drop != ControlDrop.None ? HomeAnswer.Dropped(drop) : Answer(attachment!, kind, 0);
    }

    /// <summary>Ends what is over: leases, aliases, challenges.</summary>
    public void Tick(long nowMs)
    {
        foreach (var (id, pending) in _pending)
        {
            if (pending.ExpiresMs <= nowMs)
                RemovePending(id, pending);
        }

        foreach (Attachment attachment in _byToken.Values)
        {
            if (attachment.ExpiresMs <= nowMs)
                End(attachment);
            else
                EndAliases(attachment, nowMs);
        }
    }

    private HomeAnswer OnAttach(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!AttachBody.TryParse(envelope.Body, out AttachBody attach))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        if (NodeAddress.NodeOf(attach.ReturnAddress) != _self)
            return HomeAnswer.Dropped(ControlDrop.WrongNode);
        byte[] returnKey = attach.ReturnKey.ToArray();
        if (!_byWallet.ContainsKey(envelope.From) && !HasRoom(ControlGate.PrefixOf(source)))
        {
            int length = new RefusedBody(envelope.MessageId, RefusalReason.NoRoom).Write(body);
            return HomeAnswer.Send(BodyKind.Refused, length, attach.ReturnAddress, returnKey, source);
        }

        return Challenge(
            envelope.MessageId,
            new PendingChallenge
            {
                Challenge = new byte[ChallengeBody.ChallengeSize],
                Source = source,
                Prefix = ControlGate.PrefixOf(source),
                ExpiresMs = nowMs + HostLimits.PendingChallengeMilliseconds,
                ReturnAddress = attach.ReturnAddress,
                ReturnKey = returnKey,
                Wallet = envelope.From,
                LeaseSeconds = attach.LeaseSeconds,
            },
            body);
    }

    private HomeAnswer OnKeepAlive(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!AttachToken.TryParse(envelope.Body, out AttachToken token))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        if (!TryFind(token, nowMs, out Attachment? attachment))
            return HomeAnswer.Dropped(ControlDrop.UnknownToken);
        if (attachment!.Source == source)
            return Keep(attachment, envelope.MessageId, nowMs, body);

        return Challenge(
            envelope.MessageId,
            new PendingChallenge
            {
                Challenge = new byte[ChallengeBody.ChallengeSize],
                Source = source,
                Prefix = ControlGate.PrefixOf(source),
                ExpiresMs = nowMs + HostLimits.PendingChallengeMilliseconds,
                ReturnAddress = attachment.ReturnAddress,
                ReturnKey = attachment.ReturnKey,
                Token = token,
            },
            body);
    }

    private HomeAnswer Challenge(MessageId requestId, PendingChallenge pending, Span<byte> body)
    {
        if (_pending.ContainsKey(requestId)
            || _pending.Count >= _limits.PendingChallenges
            || !_pendingShares.TryTake(pending.Prefix))
            return HomeAnswer.Dropped(ControlDrop.TooManyChallenges);
        _random(pending.Challenge);
        _pending.Add(requestId, pending);
        int length = ChallengeBody.Write(requestId, pending.Challenge, body);
        return HomeAnswer.Send(
            BodyKind.Challenge, length, pending.ReturnAddress, pending.ReturnKey, pending.Source);
    }

    private HomeAnswer OnConfirm(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!ChallengeBody.TryParse(envelope.Body, out ChallengeBody confirm))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        if (!_pending.TryGetValue(confirm.RequestId, out PendingChallenge? pending)
            || pending.ExpiresMs <= nowMs)
            return HomeAnswer.Dropped(ControlDrop.UnknownChallenge);
        if (pending.Source != source)
            return HomeAnswer.Dropped(ControlDrop.WrongSource);
        if (!CryptographicOperations.FixedTimeEquals(pending.Challenge, confirm.Challenge))
            return HomeAnswer.Dropped(ControlDrop.WrongChallenge);
        return pending.IsMove
            ? ConfirmMove(pending, confirm.RequestId, nowMs, body)
            : ConfirmAttach(pending, confirm.RequestId, nowMs, body);
    }

    private HomeAnswer ConfirmMove(PendingChallenge pending, MessageId requestId, long nowMs, Span<byte> body)
    {
        if (!TryFind(pending.Token, nowMs, out Attachment? attachment))
            return Refuse(pending, requestId, RefusalReason.UnknownToken, body);
        if (attachment!.Source != pending.Source)
        {
            // Moving never fails for lack of room: the client is inside already.
            _attachmentShares.Give(attachment.Prefix);
            _attachmentShares.Take(pending.Prefix);
            attachment.Prefix = pending.Prefix;
            attachment.Source = pending.Source;
            _locals.MoveEndpoint(attachment.Place, pending.Source);
        }

        return Keep(attachment, requestId, nowMs, body);
    }

    private HomeAnswer ConfirmAttach(
        PendingChallenge pending, MessageId requestId, long nowMs, Span<byte> body)
    {
        if (pending.LeaseSeconds is < HostLimits.LeaseSecondsMin or > HostLimits.LeaseSecondsMax)
            return Refuse(pending, requestId, RefusalReason.LeaseOutOfRange, body);
        uint lease = Math.Min(pending.LeaseSeconds, (uint)_limits.LeaseSeconds);
        if (_byWallet.TryGetValue(pending.Wallet, out Attachment? attachment) && !IsSame(attachment, pending))
        {
            End(attachment);
            attachment = null;
        }

        if (attachment is null && !TryAttach(pending, lease, nowMs, out attachment))
            return Refuse(pending, requestId, RefusalReason.NoRoom, body);
        attachment!.LeaseSeconds = lease;
        attachment.ExpiresMs = nowMs + (lease * 1000L);
        int length = new AttachedBody(
            requestId, attachment.Token, lease, (ushort)_limits.AliasesPerAttachment).Write(body);
        return HomeAnswer.Send(
            BodyKind.Attached, length, pending.ReturnAddress, pending.ReturnKey, pending.Source);
    }

    /// <summary>
    /// A client whose first ATTACH was slow sends another with the same way back; both being confirmed, it
    /// must not be left with a token that the second one ended.
    /// </summary>
    private static bool IsSame(Attachment attachment, PendingChallenge pending) =>
        attachment.ReturnAddress == pending.ReturnAddress
        && attachment.Source == pending.Source
        && attachment.ReturnKey.AsSpan().SequenceEqual(pending.ReturnKey);

    private bool TryAttach(PendingChallenge pending, uint lease, long nowMs, out Attachment? attachment)
    {
        attachment = null;
        if (!HasRoom(pending.Prefix) || !_locals.TryAddEndpoint(pending.Source, out int place))
            return false;
        Address home = NodeAddress.Home(_self, pending.Wallet);
        if (!_locals.TrySet(pending.Wallet, place) || !_locals.TrySet(home, place))
        {
            _locals.Remove(pending.Wallet);
            _locals.RemoveEndpoint(place);
            return false;
        }

        Span<byte> token = stackalloc byte[AttachToken.Size];
        _random(token);
        attachment = new Attachment
        {
            Token = new AttachToken(token),
            Wallet = pending.Wallet,
            HomeAddress = home,
            ReturnAddress = pending.ReturnAddress,
            ReturnKey = pending.ReturnKey,
            Place = place,
            LeaseSeconds = lease,
            Source = pending.Source,
            Prefix = pending.Prefix,
            ExpiresMs = nowMs + (lease * 1000L),
        };
        _byToken.Add(attachment.Token, attachment);
        _byWallet.Add(attachment.Wallet, attachment);
        _attachmentShares.Take(attachment.Prefix);
        return true;
    }

    private HomeAnswer OnAliasRegister(
        in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!AliasRegisterBody.TryParse(envelope.Body, out AliasRegisterBody register))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        ControlDrop drop = FindAt(register.Token, source, nowMs, out Attachment? attachment);
        if (drop != ControlDrop.None)
            return HomeAnswer.Dropped(drop);

        uint accepted = 0;
        int withoutRoom = 0;
        long expiresMs = nowMs + (register.LifetimeSeconds * 1000L);
        for (int i = 0; i < register.Count && register.LifetimeSeconds > 0; i++)
        {
            Address alias = NodeAddress.Alias(_self, register.Secret(i));
            bool isHeld = _byAlias.TryGetValue(alias, out Attachment? holder);
            if (isHeld && holder != attachment)
                continue;
            if (!isHeld && !TryAddAlias(attachment!, alias))
            {
                withoutRoom++;
                continue;
            }

            attachment!.Aliases[alias] = expiresMs;
            accepted |= 1u << i;
        }

        if (withoutRoom == register.Count)
            return Refuse(attachment!, envelope.MessageId, RefusalReason.TooManyAliases, body);
        int length = new AliasResultBody(envelope.MessageId, accepted).Write(body);
        return Answer(attachment!, BodyKind.AliasResult, length);
    }

    private bool TryAddAlias(Attachment attachment, in Address alias)
    {
        if (attachment.Aliases.Count >= _limits.AliasesPerAttachment
            || _byAlias.Count >= _limits.Aliases
            || !_locals.TrySet(alias, attachment.Place))
            return false;
        _byAlias.Add(alias, attachment);
        return true;
    }

    private HomeAnswer OnAliasRevoke(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!AliasRevokeBody.TryParse(envelope.Body, out AliasRevokeBody revoke))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        ControlDrop drop = FindAt(revoke.Token, source, nowMs, out Attachment? attachment);
        if (drop != ControlDrop.None)
            return HomeAnswer.Dropped(drop);
        for (int i = 0; i < revoke.Count; i++)
        {
            if (attachment!.Aliases.ContainsKey(revoke.Alias(i)))
                EndAlias(attachment, revoke.Alias(i));
        }

        // Bit i says that entry i is in force for this attachment; after a revocation none is.
        int length = new AliasResultBody(envelope.MessageId, 0).Write(body);
        return Answer(attachment!, BodyKind.AliasResult, length);
    }

    private HomeAnswer OnDetach(in Envelope envelope, in UdpEndpoint source, long nowMs, Span<byte> body)
    {
        if (!AttachToken.TryParse(envelope.Body, out AttachToken token))
            return HomeAnswer.Dropped(ControlDrop.MalformedBody);
        ControlDrop drop = FindAt(token, source, nowMs, out Attachment? attachment);
        if (drop != ControlDrop.None)
            return HomeAnswer.Dropped(drop);
        End(attachment!);
        int length = new KeptBody(envelope.MessageId, 0).Write(body);
        return Answer(attachment!, BodyKind.Kept, length);
    }

    private static HomeAnswer Keep(Attachment attachment, MessageId requestId, long nowMs, Span<byte> body)
    {
        attachment.ExpiresMs = nowMs + (attachment.LeaseSeconds * 1000L);
        return Answer(
            attachment, BodyKind.Kept, new KeptBody(requestId, attachment.LeaseSeconds).Write(body));
    }

    private static HomeAnswer Refuse(
        PendingChallenge pending, MessageId requestId, RefusalReason reason, Span<byte> body) =>
        HomeAnswer.Send(
            BodyKind.Refused,
            new RefusedBody(requestId, reason).Write(body),
            pending.ReturnAddress,
            pending.ReturnKey,
            pending.Source);

    private static HomeAnswer Refuse(
        Attachment attachment, MessageId requestId, RefusalReason reason, Span<byte> body) =>
        Answer(attachment, BodyKind.Refused, new RefusedBody(requestId, reason).Write(body));

    private static HomeAnswer Answer(Attachment attachment, BodyKind kind, int length) =>
        HomeAnswer.Send(kind, length, attachment.ReturnAddress, attachment.ReturnKey, attachment.Source);

    private bool HasRoom(ulong prefix) =>
        _byToken.Count < _limits.Attachments && _attachmentShares.HasRoom(prefix);

    private bool TryFind(AttachToken token, long nowMs, out Attachment? attachment) =>
        _byToken.TryGetValue(token, out attachment) && attachment.ExpiresMs > nowMs;

    /// <summary>Finds an attachment for a request that only its confirmed source may make.</summary>
    private ControlDrop FindAt(
        AttachToken token, in UdpEndpoint source, long nowMs, out Attachment? attachment)
    {
        if (!TryFind(token, nowMs, out attachment))
            return ControlDrop.UnknownToken;
        return attachment!.Source == source ? ControlDrop.None : ControlDrop.WrongSource;
    }

    private void RemovePending(MessageId id, PendingChallenge pending)
    {
        _pending.Remove(id);
        _pendingShares.Give(pending.Prefix);
    }

    private void EndAliases(Attachment attachment, long nowMs)
    {
        foreach (var (alias, expiresMs) in attachment.Aliases)
        {
            if (expiresMs <= nowMs)
                EndAlias(attachment, alias);
        }
    }

    private void EndAlias(Attachment attachment, in Address alias)
    {
        _locals.Remove(alias);
        _byAlias.Remove(alias);
        attachment.Aliases.Remove(alias);
    }

    private void End(Attachment attachment)
    {
        EndAliases(attachment, long.MaxValue);
        _locals.Remove(attachment.Wallet);
        _locals.Remove(attachment.HomeAddress);
        _locals.RemoveEndpoint(attachment.Place);
        _byToken.Remove(attachment.Token);
        _byWallet.Remove(attachment.Wallet);
        _attachmentShares.Give(attachment.Prefix);
    }
}

/// <summary>Fills a span with random bytes.</summary>
/// <param name="bytes">Overwritten wholly.</param>
public delegate void RandomFill(Span<byte> bytes);
