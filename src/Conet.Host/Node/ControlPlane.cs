using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Cells;
using Conet.Wire.Forwarding;
using Conet.Wire.Sealing;

namespace Conet.Host.Node;

/// <summary>
/// Everything a node does with cells to its own address: opens them within a budget, checks time,
/// signature and replay, and gives them to <see cref="HomeControl"/> or <see cref="ProbeTracker"/>;
/// seals what they answer. Without sockets and clocks. At most one cell goes out for each that came in, but
/// for the pieces of a bucket, which go to a confirmed endpoint at a pace; and none to a stranger's endpoint
/// but a challenge of the same size. One thread at a time; the counters may be read from any.
/// </summary>
public sealed class ControlPlane : IDisposable
{
    private const uint AnswerTtlSeconds = 30;

    private readonly NodeIdentity _identity;
    private readonly IControlSender _sender;
    private readonly RandomFill _random;
    private readonly ReplayMemory _replay;
    private readonly ControlBudget _budget;
    private readonly BucketControl _buckets;
    private readonly ProbeKeys _probeKeys = new();
    private readonly NodePeer[] _due = new NodePeer[HostLimits.ProbesPerRoundMax];
    private readonly long[] _drops = new long[Enum.GetValues<ControlDrop>().Length];
    private readonly long[] _handled = new long[byte.MaxValue + 1];
    private long _opens;
    private long _sent;
    private long _bucketPieces;

    /// <summary>Makes the control plane of one node.</summary>
    /// <param name="identity">Keys; stays the caller's.</param>
    /// <param name="home">Attached clients.</param>
    /// <param name="probes">Neighbours.</param>
    /// <param name="sender">Takes the cells to send.</param>
    /// <param name="limits">Budget.</param>
    /// <param name="random">
    /// Fills ids; must be secure outside tests. Keys always come from the system.
    /// </param>
    /// <param name="replayEntries">Message ids remembered.</param>
    /// <param name="buckets">Prefix buckets for thin clients, or null for none.</param>
    public ControlPlane(
        NodeIdentity identity,
        HomeControl home,
        ProbeTracker probes,
        IControlSender sender,
        NodeLimits limits,
        RandomFill random,
        int replayEntries = HostLimits.ControlReplayEntries,
        IBucketStore? buckets = null)
    {
        _identity = identity;
        Home = home;
        Probes = probes;
        _sender = sender;
        _random = random;
        _budget = new ControlBudget(limits.ControlOpensPerSecond);
        Span<byte> seed = stackalloc byte[LocalTable.SeedSize];
        random(seed);
        _buckets = new BucketControl(buckets, seed);

        // What a run before this one accepted is not remembered and need not be: tokens, challenges and probe
        // ids die with the process, so an old cell finds nothing it could act on.
        _replay = new ReplayMemory(replayEntries);
    }

    /// <summary>Attached clients.</summary>
    public HomeControl Home { get; }

    /// <summary>Neighbours.</summary>
    public ProbeTracker Probes { get; }

    /// <summary>First-contact opens tried.</summary>
    public long Opens => Volatile.Read(ref _opens);

    /// <summary>Cells sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Pieces of prefix buckets sent.</summary>
    public long BucketPieces => Volatile.Read(ref _bucketPieces);

    /// <summary>How often a control cell was dropped for this reason.</summary>
    public long Drops(ControlDrop reason) => Volatile.Read(ref _drops[(int)reason]);

    /// <summary>How many cells of this kind passed all checks of the envelope.</summary>
    public long Handled(BodyKind kind) => Volatile.Read(ref _handled[(int)kind]);

    /// <summary>Takes one cell whose destination is this node's own address.</summary>
    /// <param name="cell">1160 bytes from anywhere.</param>
    /// <param name="source">UDP source.</param>
    /// <param name="port">The port it came to.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it was dropped, or None.</returns>
    public ControlDrop Receive(
        ReadOnlySpan<byte> cell, in UdpEndpoint source, CellRole port, in ControlTime now)
    {
        ControlDrop drop = TryReceive(cell, source, port, now);
        if (drop != ControlDrop.None)
            _drops[(int)drop]++;
        return drop;
    }

    /// <summary>Does what is due: ends leases and reachability, sends probes.</summary>
    public void Tick(in ControlTime now)
    {
        Home.Tick(now.MonotonicMs);
        Probes.Tick(now.MonotonicMs);
        _probeKeys.Tick(now.MonotonicMs);
        int count = Probes.TakeDue(_due, now.MonotonicMs);
        for (int i = 0; i < count; i++)
            SendProbe(_due[i], now);
        Array.Clear(_due);
    }

    /// <summary>Wipes the probe keys.</summary>
    public void Dispose() => _probeKeys.Dispose();

    // The plaintext of a cell lies on this frame only and is wiped before it is left.
    private ControlDrop TryReceive(
        ReadOnlySpan<byte> cell, in UdpEndpoint source, CellRole port, in ControlTime now)
    {
        if (!CellView.TryRead(cell, out CellView view)
            || new Address(view.Destination) != _identity.OwnAddress)
            return ControlDrop.WrongDestination;
        Span<byte> plaintext = stackalloc byte[EnvelopeLayout.Size];
        Span<byte> keyCommit = stackalloc byte[FirstContactSeal.KeyCommitSize];
        ControlDrop drop = TryOpen(cell, port, now.MonotonicMs, plaintext, keyCommit, out bool byProbeKey);
        if (drop != ControlDrop.None)
            return drop;
        drop = TryCheck(plaintext, keyCommit, port, byProbeKey, now, out Envelope envelope);
        if (drop == ControlDrop.None)
        {
            _handled[(int)envelope.Kind]++;
            drop = envelope.Kind switch
            {
                BodyKind.Probe => OnProbe(envelope, now),
                BodyKind.ProbeAnswer => OnProbeAnswer(envelope, now),
                BodyKind.BucketAsk => OnBucketAsk(envelope, source, now),
                BodyKind.BucketFetch => OnBucketFetch(envelope, source, now),
                _ => OnClient(envelope, source, now),
            };
        }

        CryptographicOperations.ZeroMemory(plaintext);
        CryptographicOperations.ZeroMemory(keyCommit);
        return drop;
    }

    private ControlDrop TryOpen(
        ReadOnlySpan<byte> cell,
        CellRole port,
        long nowMs,
        Span<byte> plaintext,
        Span<byte> keyCommit,
        out bool byProbeKey)
    {
        byProbeKey = false;
        ControlDrop drop = TryOpenWith(_identity.SealKey, cell, nowMs, plaintext, keyCommit);
        if (drop != ControlDrop.NotSealedHere || port == CellRole.ClientPort)
            return drop;
        byProbeKey = true;
        drop = TryOpenWith(_probeKeys.Current, cell, nowMs, plaintext, keyCommit);
        return drop == ControlDrop.NotSealedHere && _probeKeys.Previous is SealKey previous
            ? TryOpenWith(previous, cell, nowMs, plaintext, keyCommit)
            : drop;
    }

    private ControlDrop TryOpenWith(
        SealKey key, ReadOnlySpan<byte> cell, long nowMs, Span<byte> plaintext, Span<byte> keyCommit)
    {
        if (!_budget.TryTake(nowMs))
            return ControlDrop.OverBudget;
        _opens++;
        return FirstContactSeal.TryOpen(_identity.Network, cell, key, plaintext, keyCommit)
            ? ControlDrop.None
            : ControlDrop.NotSealedHere;
    }

    private ControlDrop TryCheck(
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> keyCommit,
        CellRole port,
        bool byProbeKey,
        in ControlTime now,
        out Envelope envelope)
    {
        if (Envelope.TryParse(plaintext, out envelope) != EnvelopeProblem.None)
            return ControlDrop.MalformedEnvelope;
        bool belongs = port == CellRole.ClientPort
            ? BodyKinds.IsClientToNode(envelope.Kind)
            : envelope.Kind == (byProbeKey ? BodyKind.ProbeAnswer : BodyKind.Probe);
        if (!belongs)
            return ControlDrop.WrongPort;
        if (envelope.TtlSec > HostLimits.ControlTtlSecondsMax)
            return ControlDrop.LifetimeTooLong;
        EnvelopeProblem time = envelope.CheckTime(now.UnixMs);
        if (time != EnvelopeProblem.None)
            return time == EnvelopeProblem.Early ? ControlDrop.Early : ControlDrop.Expired;
        if (envelope.Auth == EnvelopeAuth.Wallet
            && !envelope.IsSignedTo(_identity.Network, _identity.OwnAddress, keyCommit))
            return ControlDrop.BadSignature;
        return _replay.Remember(envelope, now.UnixMs) switch
        {
            ReplayVerdict.Fresh => ControlDrop.None,
            ReplayVerdict.Seen => ControlDrop.Replayed,
            _ => ControlDrop.ReplayMemoryFull,
        };
    }

    private ControlDrop OnClient(in Envelope envelope, in UdpEndpoint source, in ControlTime now)
    {
        Span<byte> body = stackalloc byte[ChallengeBody.Size];
        HomeAnswer answer = Home.Handle(envelope, source, now.MonotonicMs, body);
        return answer.Drop != ControlDrop.None
            ? answer.Drop
            : TrySend(answer, body[..answer.BodyLength], now);
    }

    private ControlDrop OnBucketAsk(in Envelope envelope, in UdpEndpoint source, in ControlTime now)
    {
        if (!BucketAskBody.TryParse(envelope.Body, out BucketAskBody ask))
            return ControlDrop.MalformedBody;
        HomeAnswer to = Home.AnswerTo(ask.Token, source, now.MonotonicMs, BodyKind.BucketState);
        if (to.Drop != ControlDrop.None)
            return to.Drop;
        Span<byte> body = stackalloc byte[BucketStateBody.Size];
        _buckets.Answer(envelope.MessageId, ask, source, body);
        return TrySend(to, body, now);
    }

    private ControlDrop OnBucketFetch(in Envelope envelope, in UdpEndpoint source, in ControlTime now)
    {
        if (!BucketFetchBody.TryParse(envelope.Body, out BucketFetchBody fetch))
            return ControlDrop.MalformedBody;
        HomeAnswer to = Home.AnswerTo(fetch.Token, source, now.MonotonicMs, BodyKind.BucketPiece);
        if (to.Drop != ControlDrop.None)
            return to.Drop;
        if (!_buckets.TryGetContent(fetch, out ReadOnlyMemory<byte> content))
        {
            Span<byte> gone = stackalloc byte[BucketStateBody.Size];
            BucketControl.WriteGone(envelope.MessageId, gone);
            return TrySend(to with { Kind = BodyKind.BucketState }, gone, now);
        }

        Span<byte> body = stackalloc byte[EnvelopeLayout.BodyBytesMax];
        int pieces = BucketPieceBody.CountFor(content.Length);
        for (int i = 0; i < BucketFetchBody.PiecesMax && fetch.First + i < pieces; i++)
        {
            if ((fetch.Wanted >> i & 1) == 0)
                continue;
            if (!_buckets.TryTakePiece(source, now.MonotonicMs))
                return ControlDrop.OverPace;
            int length = BucketPieceBody.Write(envelope.MessageId, fetch.First + i, content.Span, body);
            ControlDrop drop = TrySend(to, body[..length], now);
            if (drop != ControlDrop.None)
                return drop;
            _bucketPieces++;
        }

        return ControlDrop.None;
    }

    private ControlDrop TrySend(in HomeAnswer to, ReadOnlySpan<byte> body, in ControlTime now) =>
        TrySend(to.Kind, body, to.ReturnAddress, to.ReturnKey, to.To, CellRole.ClientPort, NextId(), now)
            ? ControlDrop.None
            : ControlDrop.UnusableKey;

    private ControlDrop OnProbe(in Envelope envelope, in ControlTime now)
    {
        if (!ReplyBlock.TryParse(envelope.Body, ofNode: true, out ReplyBlock? block)
            || !block!.IsLive(now.UnixMs))
            return ControlDrop.MalformedBody;
        NodeId prober = NodeAddress.NodeOf(block.Alias);
        ProbeVerdict verdict = Probes.Admit(prober, envelope.From, now.MonotonicMs, out NodePeer? peer);
        if (verdict != ProbeVerdict.Answer)
            return verdict switch
            {
                ProbeVerdict.WrongSigner => ControlDrop.WrongSigner,
                ProbeVerdict.TooOften => ControlDrop.ProbedTooOften,
                _ => ControlDrop.UnknownProber,
            };
        Span<byte> body = stackalloc byte[ProbeAnswerBody.Size];
        new ProbeAnswerBody(envelope.MessageId, now.UnixMs).Write(body);
        return TrySend(
            BodyKind.ProbeAnswer, body, block.Alias, block.Key, peer!.Endpoint, CellRole.NodePort, NextId(),
            now)
            ? ControlDrop.None
            : ControlDrop.UnusableKey;
    }

    private ControlDrop OnProbeAnswer(in Envelope envelope, in ControlTime now)
    {
        if (!ProbeAnswerBody.TryParse(envelope.Body, out ProbeAnswerBody answer))
            return ControlDrop.MalformedBody;
        return Probes.TryTakeAnswer(answer.RequestId, now.MonotonicMs, out _)
            ? ControlDrop.None
            : ControlDrop.UnknownProbe;
    }

    private void SendProbe(NodePeer peer, in ControlTime now)
    {
        ulong expiresMs = now.UnixMs + HostLimits.ProbeKeyMilliseconds;
        Span<byte> body = stackalloc byte[ReplyBlock.Size];
        new ReplyBlock(_identity.OwnAddress, _probeKeys.Current.PublicKey, expiresMs).Write(body);
        MessageId id = NextId();
        if (TrySend(
            BodyKind.Probe, body, NodeAddress.Own(peer.Id), peer.SealKey.Span, peer.Endpoint,
            CellRole.NodePort, id, now))
            Probes.NoteProbe(peer.Id, id);
        else
            _drops[(int)ControlDrop.UnusableKey]++;
    }

    private bool TrySend(
        BodyKind kind,
        ReadOnlySpan<byte> body,
        in Address destination,
        ReadOnlySpan<byte> key,
        in UdpEndpoint to,
        CellRole from,
        MessageId id,
        in ControlTime now)
    {
        Span<byte> flags = stackalloc byte[sizeof(ushort)];
        _random(flags);
        EnvelopeDraft draft = new()
        {
            Kind = kind,
            IssuedMs = now.UnixMs,
            TtlSec = AnswerTtlSeconds,
            MessageId = id,
            To = destination,
            Body = body,
            Flags = BitConverter.ToUInt16(flags),
        };
        Span<byte> cell = stackalloc byte[CellLayout.Size];
        Wallet? signer = kind == BodyKind.Probe ? _identity.Signer : null;
        if (!FirstContactSeal.TrySeal(_identity.Network, destination, key, draft, signer, cell))
            return false;
        _sender.Send(cell, to, from);
        _sent++;
        return true;
    }

    private MessageId NextId()
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        _random(bytes);
        return new MessageId(bytes);
    }
}
