using System.Security.Cryptography;
using System.Threading.Channels;
using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// Runs a <see cref="ChainMirror"/> against its providers: carries its asks, several at a time, with a time
/// limit on each. Nothing a provider does ends it; only cancellation does. <see cref="Table"/>,
/// <see cref="Status"/> and <see cref="Offer"/> are for any thread.
/// </summary>
public sealed class MirrorRunner
{
    private readonly MirrorOptions _options;
    private readonly IReadOnlyList<IChainProvider> _providers;
    private readonly ChainMirror _mirror;
    private readonly ProviderQuestions _questions;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<MirrorReply> _replies;
    private readonly Lock _gate = new();
    private MirrorStatus _status;
    private MirrorSnapshot? _offered;
    private int _open;

    /// <summary>Makes a runner; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="options">What to follow.</param>
    /// <param name="providers">One or more, in order of preference.</param>
    /// <param name="snapshot">A table to start from, or null.</param>
    /// <param name="time">Clock; the system's if null.</param>
    public MirrorRunner(
        MirrorOptions options,
        IReadOnlyList<IChainProvider> providers,
        MirrorSnapshot? snapshot = null,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(providers);
        _options = options;
        _providers = providers;
        _time = time ?? TimeProvider.System;
        _questions = new ProviderQuestions(options);
        _mirror = new ChainMirror(
            options, [.. providers.Select(provider => provider.Name)],
            RandomNumberGenerator.GetBytes(RouteTrieSecretSize), snapshot);
        _replies = Channel.CreateBounded<MirrorReply>(providers.Count * MirrorLimits.OutstandingMax);
        _status = Describe();
    }

    /// <summary>Told of each new table, on the runner's thread; must return soon and not throw.</summary>
    public event Action<RouteTable>? TableChanged;

    /// <summary>
    /// Told, in one line for an operator, which provider did what, on the runner's thread; must return soon
    /// and not throw.
    /// </summary>
    public event Action<string>? Noted;

    /// <summary>Bytes of the secret that a table's trie takes.</summary>
    public static int RouteTrieSecretSize => 32;

    /// <summary>The last good table.</summary>
    public RouteTable Table => _mirror.Table;

    /// <summary>How it stands.</summary>
    public MirrorStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>Completes when the table was verified at the head for the first time.</summary>
    public Task Ready => _ready.Task;

    /// <summary>What can be written to a snapshot file now; null before the first verified table.</summary>
    public MirrorSnapshot? Snapshot { get; private set; }

    /// <summary>
    /// Offers a proved table of a stranger: it takes the place of back-filling if it is ahead of it and most
    /// providers name its block; otherwise it is left.
    /// </summary>
    public void Offer(MirrorSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Interlocked.Exchange(ref _offered, snapshot);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        RouteTable shown = _mirror.Table;
        while (!ct.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _offered, null) is { } offered)
                _mirror.Offer(offered);
            ulong waitMs;
            while (_mirror.TryAsk(NowMs(), out MirrorAsk ask, out waitMs))
            {
                _open++;
                _ = CarryAsync(ask, ending.Token);
            }

            shown = Show(shown);
            await WaitAsync(waitMs, ct).ConfigureAwait(false);
            while (_replies.Reader.TryRead(out MirrorReply reply))
            {
                _open--;
                Feed(reply);
            }

            shown = Show(shown);
        }

        await ending.CancelAsync().ConfigureAwait(false);
        for (; _open > 0; _open--)
            await _replies.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private RouteTable Show(RouteTable shown)
    {
        while (_mirror.TryTakeNote(out string note))
            Noted?.Invoke(note);
        RouteTable table = _mirror.Table;
        if (!ReferenceEquals(shown, table))
        {
            Snapshot = new MirrorSnapshot(
                _mirror.VerifiedBlock, _mirror.VerifiedHash, table, _mirror.Origin);
            TableChanged?.Invoke(table);
        }

        lock (_gate)
            _status = Describe();
        if (_mirror.IsAtHead)
            _ready.TrySetResult();
        return table;
    }

    private async Task WaitAsync(ulong waitMs, CancellationToken ct)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task pause = Task.Delay(TimeSpan.FromMilliseconds(waitMs), _time, limit.Token);
        Task reply = _replies.Reader.WaitToReadAsync(limit.Token).AsTask();
        await Task.WhenAny(pause, reply).ConfigureAwait(false);
        if (reply.IsFaulted)
            await reply.ConfigureAwait(false);
        await limit.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(pause, reply).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Feed(MirrorReply reply)
    {
        if (reply.Answer is { } answer)
            _mirror.OnAnswer(reply.Ask, answer, NowMs());
        else
            _mirror.OnFault(reply.Ask, reply.Fault!, NowMs());
    }

    // Every ask that was taken is replied to, also when it is cancelled.
    private async Task CarryAsync(MirrorAsk ask, CancellationToken ct)
    {
        await Task.Yield();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(MirrorLimits.AnswerMsMax);
        MirrorReply reply;
        try
        {
            RpcResult<MirrorAnswer> result = await _questions
                .AskAsync(_providers[ask.Provider], ask.Request, limit.Token).ConfigureAwait(false);
            reply = result.TryGet(out MirrorAnswer? answer, out RpcFault? fault)
                ? new MirrorReply(ask, answer, null)
                : new MirrorReply(ask, null, fault);
        }
        catch (OperationCanceledException)
        {
            string late = $"no answer within {MirrorLimits.AnswerMsMax / 1000} s";
            reply = new MirrorReply(ask, null, new RpcFault(RpcErrorKind.Timeout, late));
        }
        catch (Exception mistake)
        {
            // Ours: providers' are faults. It ends the runner.
            _replies.Writer.TryComplete(mistake);
            return;
        }

        await _replies.Writer.WriteAsync(reply, CancellationToken.None).ConfigureAwait(false);
    }

    private ulong NowMs() => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    private MirrorStatus Describe()
    {
        RouteTable table = _mirror.Table;
        ulong now = NowMs();
        return new MirrorStatus(
            _options.ChainId,
            _mirror.VerifiedBlock,
            _mirror.VerifiedHash,
            _mirror.HeadBlock,
            table.TimeSeconds,
            _mirror.CheckedMs == 0 ? null : (now - Math.Min(now, _mirror.CheckedMs)) / 1000.0,
            _mirror.IsAtHead,
            table.LiveRoutes,
            table.Nodes.Count,
            _mirror.BlocksUndone,
            _mirror.ProvedBlock,
            _mirror.IsProved,
            _mirror.IsConfirmed,
            _mirror.FinalisedBlock,
            _mirror.Origin,
            [.. _mirror.Providers.Select(provider => provider.Describe(now))]);
    }
}
