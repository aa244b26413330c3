using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// Turns a chain into a routing table: a state machine without I/O. Take asks from it (<see cref="TryAsk"/>),
/// as many as it gives, carry each to the provider it names, and feed what comes back. A block is followed
/// when most providers name its hash; it is joined to the mirrored ones by parent hashes, back to a common
/// ancestor; what the registries say at it is proved against its state root; one provider's logs must then
/// lead exactly there, or they are undone, the provider is named, and another is asked. So a published table
/// never contradicts a proof. A provider that is absent, slow, wrong or on another chain is put aside for a
/// while; meanwhile the last good table serves. One thread; <see cref="Table"/> may be read by any. Source:
/// docs/SPEC.md, section 11.5.
/// </summary>
public sealed class ChainMirror
{
    private const long Standing = 0;

    private readonly MirrorOptions _options;
    private readonly ProviderPanel _panel;
    private readonly OpenQuestion _question;
    private readonly MirrorPlan _plan;

    /// <summary>Starts at the deployment, or at a snapshot.</summary>
    /// <param name="options">What to follow.</param>
    /// <param name="providers">
    /// Name of each provider, 1 to <see cref="MirrorLimits.ProvidersMax"/>; asks name them by index.
    /// </param>
    /// <param name="tableSecret">32 bytes from a secure generator, for the trie.</param>
    /// <param name="snapshot">A table to start from, or null. It serves at once and is checked against the
    /// chain.</param>
    public ChainMirror(
        MirrorOptions options, IReadOnlyList<string> providers, ReadOnlySpan<byte> tableSecret,
        MirrorSnapshot? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(providers);
        _options = options;
        _panel = new ProviderPanel(providers);
        _question = new OpenQuestion(_panel);
        _plan = new MirrorPlan(options, _panel, _question, RouteTable.Create(tableSecret), snapshot);
    }

    /// <summary>The last good table: complete and in order as far as anyone can prove.</summary>
    public RouteTable Table => _plan.Served.Table;

    /// <summary>Block of <see cref="Table"/>; 0 before the first.</summary>
    public ulong VerifiedBlock => _plan.Served.Block;

    /// <summary>Hash of that block.</summary>
    public Bytes32 VerifiedHash => _plan.Served.Hash;

    /// <summary>Head as most providers say; 0 before any did.</summary>
    public ulong HeadBlock => _plan.Target?.Number ?? 0;

    /// <summary>True if the table was found to be that of the head when last looked at.</summary>
    public bool IsAtHead => CheckedMs != 0 && _plan.Target?.Hash == VerifiedHash;

    /// <summary>
    /// Milliseconds since 1970 at which the table was last found to be that of the head; 0 for never.
    /// </summary>
    public ulong CheckedMs => _plan.Served.CheckedMs;

    /// <summary>
    /// Last block at which the registries' rolling hashes were proved and the table agreed; 0 for none.
    /// </summary>
    public ulong ProvedBlock => _plan.Served.ProvedBlock;

    /// <summary>True if <see cref="Table"/> is proved; else the word of most providers stands.</summary>
    public bool IsProved => _plan.Served.IsProved;

    /// <summary>True if more than half of all configured providers name the block of the table.</summary>
    public bool IsConfirmed => _plan.Served.IsConfirmed;

    /// <summary>Last block that no reorganisation may undo; 0 for none known.</summary>
    public ulong FinalisedBlock => _plan.FinalisedBlock;

    /// <summary>Where the table that serves began.</summary>
    public TableOrigin Origin => _plan.Served.Origin;

    /// <summary>Blocks that were undone, because of reorganisations or of lies.</summary>
    public long BlocksUndone => _plan.BlocksUndone;

    /// <summary>What is thought of each provider.</summary>
    public IReadOnlyList<MirrorProvider> Providers => _panel.All;

    /// <summary>Takes the next line for the operator; false if there is none.</summary>
    public bool TryTakeNote(out string note) => _panel.TryTakeNote(out note);

    /// <summary>
    /// Offers a proved table. It takes the place of back-filling if it is ahead of it and most providers name
    /// its block; otherwise it is left.
    /// </summary>
    public void Offer(MirrorSnapshot snapshot) => _plan.Offer(snapshot);

    /// <summary>
    /// What to ask now, and of whom; call it until it is false. Then nothing is to be done before <paramref
    /// name="waitMs"/> have passed or an ask came back.
    /// </summary>
    public bool TryAsk(ulong nowMs, out MirrorAsk ask, out ulong waitMs)
    {
        waitMs = 0;
        if (TryAskStanding(nowMs, out ask))
            return true;
        for (int i = 0; i < MirrorLimits.TurnsMax && _plan.TryAdvance(nowMs); i++)
        {
            // Each turn closes what is over and opens what follows.
        }

        if (_question.TryAsk(nowMs, out ask))
            return true;
        ulong until = Math.Min(nowMs + MirrorLimits.WaitMsMax, _question.NextMs(nowMs));
        until = Math.Min(until, _plan.NextMs(nowMs));
        foreach (MirrorProvider provider in _panel.All)
        {
            if (provider.NotBeforeMs > nowMs)
                until = Math.Min(until, provider.NotBeforeMs);
        }

        waitMs = Math.Max(1, until - nowMs);
        return false;
    }

    /// <summary>An ask was answered.</summary>
    /// <exception cref="ArgumentException">The answer is to another kind of request.</exception>
    public void OnAnswer(MirrorAsk ask, MirrorAnswer answer, ulong nowMs)
    {
        ArgumentNullException.ThrowIfNull(ask);
        MirrorProvider provider = Return(ask);
        provider.OnLatency(nowMs - Math.Min(nowMs, ask.AskedMs));
        bool isOpen = ask.Question == _question.Id;
        switch (ask.Request, answer)
        {
            case (MirrorRequest.ChainId, MirrorAnswer.ChainId chain):
                OnChainId(provider, chain.Value, nowMs);
                break;
            case (MirrorRequest.Finalised, MirrorAnswer.Header final):
                provider.Finalised = final.Value?.Number ?? provider.Finalised;
                break;
            case (MirrorRequest.Head, MirrorAnswer.Header { Value: { } head }):
                provider.Head = head;
                provider.OnGood();
                if (isOpen)
                    _question.Headers.OnAnswer(provider.Index, head);
                break;
            case (MirrorRequest.Head, MirrorAnswer.Header):
                Fail(provider, isOpen, "has no head", nowMs);
                break;
            case (MirrorRequest.Header request, MirrorAnswer.Header header):
                if (header.Value is { } other && other.Number != request.Number)
                    Fail(provider, isOpen, $"gave block {other.Number} for {request.Number}", nowMs);
                else if (isOpen)
                    _question.Headers.OnAnswer(provider.Index, header.Value);
                break;
            case (MirrorRequest.HeaderByHash request, MirrorAnswer.Header header):
                if (header.Value is { } stranger && stranger.Hash != request.Hash)
                    Fail(provider, isOpen, $"gave block {stranger.Hash} for {request.Hash}", nowMs);
                else if (isOpen && header.Value is { } parent)
                    _plan.OnWalked(provider, parent, nowMs);
                break;
            case (MirrorRequest.Logs request, MirrorAnswer.Logs logs):
                if (isOpen)
                    _plan.OnLogs(provider, request, logs.Entries, nowMs);
                break;
            case (MirrorRequest.Proof, MirrorAnswer.Positions proved):
                provider.OnGood();
                if (isOpen)
                    _plan.OnPositions(proved, TableCheck.Proved, nowMs);
                break;
            case (MirrorRequest.Proof request, MirrorAnswer.BadProof):
                _panel.OnBadProof(provider, request.Block.Number, nowMs);
                break;
            case (MirrorRequest.Positions, MirrorAnswer.Positions called):
                if (isOpen)
                    _question.Calls.OnAnswer(provider.Index, called);
                break;
            default:
                throw new ArgumentException("The answer is to another kind of request.", nameof(answer));
        }
    }

    /// <summary>An ask failed.</summary>
    public void OnFault(MirrorAsk ask, RpcFault fault, ulong nowMs)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(fault);
        MirrorProvider provider = Return(ask);
        bool isOpen = ask.Question == _question.Id;
        bool isRefusal = fault.Kind == RpcErrorKind.Rejected;
        switch (ask.Request)
        {
            case var _ when fault.Kind == RpcErrorKind.WrongChain:
                _panel.OnOtherChain(provider, $"is on another chain ({fault.Message})", nowMs);
                if (isOpen)
                    _question.OnFailed(provider.Index);
                break;
            case MirrorRequest.Finalised when isRefusal || fault.Kind == RpcErrorKind.Malformed:
                provider.Finalised = null;
                break;
            case MirrorRequest.Proof when isRefusal:
                OnProofRefused(provider, fault, nowMs);
                break;
            case MirrorRequest.Positions when isRefusal:
                if (isOpen)
                    _question.OnFailed(provider.Index);
                break;
            case MirrorRequest.Logs request when IsOfRange(request, fault):
                OnRangeRefused(provider, request, fault, isOpen, nowMs);
                break;
            case MirrorRequest.Logs when isRefusal && !RangeHint.IsOfRate(fault.Message):
                // It does not have the block, or has none of its logs: somebody else does.
                provider.OnTrouble(1);
                _panel.Note(provider, ProviderTrouble.Failure, $"gives no logs: {fault}", nowMs);
                if (isOpen)
                    _question.OnFailed(provider.Index);
                break;
            default:
                Fail(provider, isOpen, $"failed: {fault}", nowMs);
                break;
        }
    }

    private static bool IsUnknownMethod(RpcFault fault) =>
        fault.Code == MirrorLimits.UnknownMethodCode
        || fault.Message.Contains("method", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfRange(MirrorRequest.Logs request, RpcFault fault) =>
        request.To > request.From
        && fault.Kind is RpcErrorKind.Rejected or RpcErrorKind.TooLarge or RpcErrorKind.Timeout
        && !(fault.Kind == RpcErrorKind.Rejected && RangeHint.IsOfRate(fault.Message));

    private void OnProofRefused(MirrorProvider provider, RpcFault fault, ulong nowMs)
    {
        bool isForGood = IsUnknownMethod(fault);
        provider.NoProofsBeforeMs = nowMs + (isForGood ? MirrorLimits.NoProofsMs : MirrorLimits.PollMs);
        if (isForGood)
            _panel.Note(provider, ProviderTrouble.Proof, $"cannot prove storage: {fault}", nowMs);
    }

    // Too much for it: it is asked for less. An answer that was too large or too late has cost so much
    // already that somebody else is asked first.
    private void OnRangeRefused(
        MirrorProvider provider, MirrorRequest.Logs request, RpcFault fault, bool isOpen, ulong nowMs)
    {
        ulong blocks = request.To - request.From + 1;
        ulong hint = 0;
        bool isRefusal = fault.Kind == RpcErrorKind.Rejected;
        if (isRefusal)
            _ = RangeHint.TryRead(fault.Message, out hint);
        provider.Range.OnRefused(blocks, hint, nowMs);
        _panel.Note(
            provider, ProviderTrouble.Range, $"refuses logs of {blocks} blocks at once: {fault}", nowMs);
        if (!isRefusal)
            provider.OnTrouble(1);
        if (!isOpen)
            return;
        if (isRefusal)
            _question.AskAgain(provider.Index);
        else
            _question.OnFailed(provider.Index);
    }

    private MirrorProvider Return(MirrorAsk ask)
    {
        MirrorProvider provider = _panel.All[ask.Provider];
        provider.Outstanding--;
        provider.IsAskingChainId &= ask.Request is not MirrorRequest.ChainId;
        provider.IsAskingFinalised &= ask.Request is not MirrorRequest.Finalised;
        _question.OnReturned(ask);
        return provider;
    }

    private void Fail(MirrorProvider provider, bool isOpen, string problem, ulong nowMs)
    {
        _panel.OnFailure(provider, problem, nowMs);
        if (isOpen)
            _question.OnFailed(provider.Index);
    }

    private void OnChainId(MirrorProvider provider, ulong chainId, ulong nowMs)
    {
        if (chainId != _options.ChainId)
        {
            _panel.OnOtherChain(provider, $"is on chain {chainId}, not {_options.ChainId}", nowMs);
            return;
        }

        provider.IsKnown = true;
        provider.IsOnOtherChain = false;
        provider.NextChainIdMs = nowMs + MirrorLimits.ChainIdAgainMs;
    }

    private bool TryAskStanding(ulong nowMs, out MirrorAsk ask)
    {
        ask = null!;
        foreach (MirrorProvider provider in _panel.All)
        {
            bool mayAsk = provider.NotBeforeMs <= nowMs
                && provider.Outstanding < MirrorLimits.OutstandingMax;
            bool isChainIdDue = !provider.IsKnown || provider.NextChainIdMs <= nowMs;
            if (mayAsk && isChainIdDue && !provider.IsAskingChainId)
            {
                provider.IsAskingChainId = true;
                provider.ChainIdAskedMs = nowMs;
                ask = ProviderPanel.Ask(provider, new MirrorRequest.ChainId(), Standing, nowMs);
                return true;
            }

            bool isFinalisedDue = provider.IsKnown && provider.NextFinalisedMs <= nowMs;
            if (mayAsk && isFinalisedDue && !provider.IsAskingFinalised)
            {
                provider.IsAskingFinalised = true;
                provider.NextFinalisedMs = nowMs + MirrorLimits.FinalisedPollMs;
                ask = ProviderPanel.Ask(provider, new MirrorRequest.Finalised(), Standing, nowMs);
                return true;
            }
        }

        return false;
    }
}
