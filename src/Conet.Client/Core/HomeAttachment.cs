using System.Buffers.Binary;
using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>
/// The client's side of one attachment (docs/SPEC.md, section 8): attach, answer the challenge, keep
/// alive, register aliases, begin anew when the home has forgotten. Runs on the client's thread alone;
/// owns no clock and no socket.
/// </summary>
internal sealed class HomeAttachment : IDisposable
{
    private const int RequestsRemembered = 8;
    private const uint AliasLifetimeSeconds = 86_400;
    private const ulong AliasRenewMs = 6 * 3600 * 1000UL;

    private readonly NetworkId _network;
    private readonly ICellSender _sender;
    private readonly Wallet _signer;
    private readonly bool _ownsSigner;
    private readonly List<ClientAlias> _aliases = [];
    private readonly Dictionary<MessageId, ClientAlias[]> _registrations = [];
    private readonly Queue<MessageId> _requests = new();
    private SealKey _returnKey = SealKey.Create();
    private AttachToken _token;
    private uint _aliasesMax;
    private ulong _nextControlMs;
    private ulong _nextRegistrationMs;
    private ulong _renewAliasesMs;
    private int _unanswered;

    public HomeAttachment(
        in NetworkId network, NodeInfo home, Wallet wallet, AttachOptions options, ICellSender sender)
    {
        _network = network;
        Home = home;
        AsWallet = options.AsWallet;
        _signer = options.AsWallet ? wallet : Wallet.Create();
        _ownsSigner = !options.AsWallet;
        _sender = sender;
        ReturnAddress = DrawReturnAddress(home.Id);
        for (int i = 0; i < options.AliasCount; i++)
            _aliases.Add(new ClientAlias(home.Id));
    }

    public NodeInfo Home { get; }

    public bool AsWallet { get; }

    public bool IsAttached { get; private set; }

    /// <summary>Destination of the home's answers; changes when the attachment begins anew.</summary>
    public Address ReturnAddress { get; private set; }

    public SealKey ReturnKey => _returnKey;

    public IReadOnlyList<ClientAlias> Aliases => _aliases;

    /// <summary>What is being fetched from the home, or null.</summary>
    public BucketDownload? Download { get; set; }

    /// <summary>Completes when the home has accepted the client and its first aliases.</summary>
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// The alias shown to that contact, perhaps not registered yet; null if the home takes no more.
    /// </summary>
    public ClientAlias? AliasFor(in Address contact, out bool isNew)
    {
        isNew = false;
        ClientAlias? free = null;
        foreach (ClientAlias alias in _aliases)
        {
            if (alias.Contact == contact)
                return alias;
            if (alias.Contact is null)
                free ??= alias;
        }

        if (free is null)
        {
            if (IsAttached && _aliases.Count >= _aliasesMax)
                return null;
            free = new ClientAlias(Home.Id);
            _aliases.Add(free);
            _nextRegistrationMs = 0;
            isNew = true;
        }

        free.Contact = contact;
        return free;
    }

    /// <summary>Sends what is due.</summary>
    public void Tick(ulong nowMs)
    {
        if (nowMs >= _nextControlMs)
        {
            if (IsAttached && _unanswered >= ClientLimits.ControlRepeatsMax)
                BeginAnew();
            if (IsAttached)
                SendKeepAlive(nowMs);
            else
                SendAttach(nowMs);
        }

        if (IsAttached && nowMs >= _nextRegistrationMs)
            RegisterAliases(nowMs);
        if (IsAttached)
            FetchNext(nowMs);
    }

    /// <summary>
    /// Takes a control cell that was opened with <see cref="ReturnKey"/>. False if it was not asked for.
    /// </summary>
    public bool OnControl(in Envelope envelope, ulong nowMs) => envelope.Kind switch
    {
        BodyKind.Challenge => OnChallenge(envelope, nowMs),
        BodyKind.Attached => OnAttached(envelope, nowMs),
        BodyKind.Kept => OnKept(envelope, nowMs),
        BodyKind.AliasResult => OnAliasResult(envelope),
        BodyKind.Refused => OnRefused(envelope, nowMs),
        BodyKind.BucketState => OnBucketState(envelope, nowMs),
        BodyKind.BucketPiece => OnBucketPiece(envelope, nowMs),
        _ => false,
    };

    /// <summary>Tells the home that the client leaves; no answer is awaited.</summary>
    public void Detach(ulong nowMs)
    {
        if (!IsAttached)
            return;
        Span<byte> body = stackalloc byte[AttachToken.Size];
        _token.CopyTo(body);
        SendControl(BodyKind.Detach, body, nowMs);
        IsAttached = false;
    }

    public void Dispose()
    {
        foreach (ClientAlias alias in _aliases)
            alias.Dispose();
        _returnKey.Dispose();
        if (_ownsSigner)
            _signer.Dispose();
        Ready.TrySetCanceled();
        Download?.Done.TrySetCanceled();
    }

    private static Address DrawReturnAddress(NodeId home)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        RandomNumberGenerator.Fill(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, home.Value);
        return new Address(bytes);
    }

    private void BeginAnew()
    {
        IsAttached = false;
        _unanswered = 0;
        _requests.Clear();
        _registrations.Clear();
        _returnKey.Dispose();
        _returnKey = SealKey.Create();
        ReturnAddress = DrawReturnAddress(Home.Id);
        foreach (ClientAlias alias in _aliases)
            alias.IsRegistered = false;
    }

    private void SendAttach(ulong nowMs)
    {
        Span<byte> body = stackalloc byte[AttachBody.Size];
        AttachBody.Write(ReturnAddress, _returnKey.PublicKey, ClientLimits.LeaseSeconds, body);
        SendControl(BodyKind.Attach, body, nowMs);
        int doublings = Math.Min(_unanswered++, ClientLimits.ControlRepeatsMax);
        _nextControlMs = nowMs + (ClientLimits.ControlRepeatMs << doublings);
    }

    private void SendKeepAlive(ulong nowMs)
    {
        Span<byte> body = stackalloc byte[AttachToken.Size];
        _token.CopyTo(body);
        SendControl(BodyKind.KeepAlive, body, nowMs);
        _unanswered++;
        _nextControlMs = nowMs + ClientLimits.ControlRepeatMs;
    }

    private bool OnChallenge(in Envelope envelope, ulong nowMs)
    {
        if (!ChallengeBody.TryParse(envelope.Body, out ChallengeBody challenge)
            || !_requests.Contains(challenge.RequestId))
        {
            return false;
        }

        SendControl(BodyKind.Confirm, envelope.Body, nowMs);
        return true;
    }

    private bool OnAttached(in Envelope envelope, ulong nowMs)
    {
        if (IsAttached
            || !AttachedBody.TryParse(envelope.Body, out AttachedBody body)
            || !_requests.Contains(body.RequestId))
        {
            return false;
        }

        _token = body.Token;
        _aliasesMax = body.AliasesMax;
        IsAttached = true;
        _renewAliasesMs = nowMs + AliasRenewMs;
        _nextRegistrationMs = 0;
        RestartLease(body.LeaseSeconds, nowMs);
        RegisterAliases(nowMs);
        CompleteIfReady();
        return true;
    }

    private bool OnKept(in Envelope envelope, ulong nowMs)
    {
        if (!KeptBody.TryParse(envelope.Body, out KeptBody body) || !_requests.Contains(body.RequestId))
            return false;
        if (IsAttached)
            RestartLease(body.LeaseSeconds, nowMs);
        return true;
    }

    private bool OnAliasResult(in Envelope envelope)
    {
        if (!AliasResultBody.TryParse(envelope.Body, out AliasResultBody body)
            || !_registrations.Remove(body.RequestId, out ClientAlias[]? asked))
        {
            return false;
        }

        for (int i = 0; i < asked.Length; i++)
            asked[i].IsRegistered = (body.Accepted >> i & 1) != 0;
        CompleteIfReady();
        return true;
    }

    private bool OnRefused(in Envelope envelope, ulong nowMs)
    {
        if (!RefusedBody.TryParse(envelope.Body, out RefusedBody body) || !_requests.Contains(body.RequestId))
            return false;
        if (!IsAttached)
            Ready.TrySetException(new ConetClientException(
                $"node {Home.Id.Value} refused to be the home: {body.Reason}"));
        else if (body.Reason == RefusalReason.UnknownToken)
            BeginAnew();
        else if (body.Reason == RefusalReason.TooManyAliases)
            _nextRegistrationMs = nowMs + ClientLimits.KeepAliveMs;
        return true;
    }

    private bool OnBucketState(in Envelope envelope, ulong nowMs)
    {
        bool isAsked = BucketStateBody.TryParse(envelope.Body, out BucketStateBody body)
            && Download?.OnState(body, nowMs) == true;
        if (isAsked)
            FetchNext(nowMs);
        return isAsked;
    }

    private bool OnBucketPiece(in Envelope envelope, ulong nowMs)
    {
        bool isAsked = BucketPieceBody.TryParse(envelope.Body, out BucketPieceBody body)
            && Download?.OnPiece(body, nowMs) == true;
        if (isAsked)
            FetchNext(nowMs);
        return isAsked;
    }

    private void FetchNext(ulong nowMs)
    {
        Span<byte> body = stackalloc byte[BucketFetchBody.Size];
        if (Download is { } download && download.TryNext(
            nowMs, _token, body, out BodyKind kind, out int length))
            download.NoteSent(SendControl(kind, body[..length], nowMs));
    }

    private void RestartLease(uint leaseSeconds, ulong nowMs)
    {
        _unanswered = 0;
        _nextControlMs = nowMs + Math.Clamp(leaseSeconds * 1000UL / 4, 1_000, ClientLimits.KeepAliveMs);
    }

    private void RegisterAliases(ulong nowMs)
    {
        if (nowMs >= _renewAliasesMs)
        {
            _renewAliasesMs = nowMs + AliasRenewMs;
            foreach (ClientAlias alias in _aliases)
                alias.IsRegistered = false;
        }

        _registrations.Clear();
        ClientAlias[] waiting = [.. _aliases.Where(alias => !alias.IsRegistered)];
        _nextRegistrationMs = nowMs + ClientLimits.ControlRepeatMs;
        foreach (ClientAlias[] batch in waiting.Chunk(AliasRegisterBody.CountMax))
        {
            byte[] secrets = [.. batch.SelectMany(alias => alias.Secret)];
            byte[] body = new byte[EnvelopeLayout.BodyBytesMax];
            int length = AliasRegisterBody.Write(_token, AliasLifetimeSeconds, secrets, body);
            _registrations[SendControl(BodyKind.AliasRegister, body.AsSpan(0, length), nowMs)] = batch;
            CryptographicOperations.ZeroMemory(secrets);
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private void CompleteIfReady()
    {
        if (IsAttached && _aliases.TrueForAll(alias => alias.IsRegistered))
            Ready.TrySetResult();
    }

    private MessageId SendControl(BodyKind kind, ReadOnlySpan<byte> body, ulong nowMs)
    {
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        Address node = NodeAddress.Own(Home.Id);
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = nowMs,
            TtlSec = ClientLimits.ControlLifetimeSeconds,
            MessageId = MessageId.CreateRandom(),
            To = node,
            Body = body,
            Flags = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1),
        };
        Wallet? signer = kind == BodyKind.Attach ? _signer : null;
        if (FirstContactSeal.TrySeal(_network, node, Home.SealKey.Span, draft, signer, cell))
            _sender.Send(cell, Home.ClientEndpoint);
        else
            Ready.TrySetException(new ConetClientException($"node {Home.Id.Value} has an unusable seal key"));
        _requests.Enqueue(draft.MessageId);
        while (_requests.Count > RequestsRemembered)
            _requests.Dequeue();
        return draft.MessageId;
    }
}
