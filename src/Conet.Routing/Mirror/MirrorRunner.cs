using System.Security.Cryptography;
using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// Runs a <see cref="ChainMirror"/> against its providers: one question at a time, with a time limit on
/// each. Nothing a provider does ends it; only cancellation does. <see cref="Table"/> and
/// <see cref="Status"/> may be read by any thread.
/// </summary>
public sealed class MirrorRunner
{
    private readonly MirrorOptions _options;
    private readonly IReadOnlyList<IChainProvider> _providers;
    private readonly ChainMirror _mirror;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private MirrorStatus _status;

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
        ArgumentOutOfRangeException.ThrowIfZero(providers.Count);
        _options = options;
        _providers = providers;
        _time = time ?? TimeProvider.System;
        _mirror = new ChainMirror(
            options, providers.Count, RandomNumberGenerator.GetBytes(RouteTrieSecretSize), snapshot);
        _status = Describe();
    }

    /// <summary>Told of each new table, on the runner's thread; must return soon and not throw.</summary>
    public event Action<RouteTable>? TableChanged;

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

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        RouteTable shown = _mirror.Table;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (_mirror.Next(NowMs(), out MirrorRequest request, out int provider, out ulong waitMs))
                    await AskAsync(_providers[provider], request, ct).ConfigureAwait(false);
                else
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(waitMs, 1_000)), _time, ct)
                        .ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }

            if (!ReferenceEquals(shown, _mirror.Table))
            {
                shown = _mirror.Table;
                Snapshot = new MirrorSnapshot(
                    _mirror.VerifiedBlock, _mirror.VerifiedHash, shown, _mirror.Origin);
                TableChanged?.Invoke(shown);
            }

            lock (_gate)
                _status = Describe();
            if (_mirror.IsAtHead)
                _ready.TrySetResult();
        }
    }

    private async Task AskAsync(IChainProvider provider, MirrorRequest request, CancellationToken ct)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(MirrorLimits.AnswerMsMax);
        try
        {
            await (request switch
            {
                MirrorRequest.ChainId => AskChainIdAsync(provider, limit.Token),
                MirrorRequest.Head => AskHeadAsync(provider, limit.Token),
                MirrorRequest.Header header => AskHeaderAsync(provider, header, limit.Token),
                MirrorRequest.RangeLogs range => AskRangeAsync(provider, range, limit.Token),
                MirrorRequest.BlockLogs logs => AskBlockLogsAsync(provider, logs, limit.Token),
                MirrorRequest.Positions positions => AskPositionsAsync(provider, positions, limit.Token),
                _ => throw new InvalidOperationException("Unknown request."),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            _mirror.OnFailure(
                $"{provider.Name} did not answer in {MirrorLimits.AnswerMsMax / 1000} s", NowMs());
        }
    }

    private async Task AskChainIdAsync(IChainProvider provider, CancellationToken ct)
    {
        RpcResult<ulong> answer = await provider.GetChainIdAsync(ct).ConfigureAwait(false);
        if (answer.TryGet(out ulong chainId, out RpcFault? fault))
            _mirror.OnChainId(chainId, NowMs());
        else
            Fail(provider, fault);
    }

    private async Task AskHeadAsync(IChainProvider provider, CancellationToken ct)
    {
        RpcResult<ulong> answer = await provider.GetBlockNumberAsync(ct).ConfigureAwait(false);
        if (answer.TryGet(out ulong number, out RpcFault? fault))
            _mirror.OnHead(number, NowMs());
        else
            Fail(provider, fault);
    }

    private async Task AskHeaderAsync(
        IChainProvider provider, MirrorRequest.Header request, CancellationToken ct)
    {
        RpcResult<BlockHeader?> answer =
            await provider.GetBlockAsync(BlockId.Number(request.Number), ct).ConfigureAwait(false);
        if (answer.TryGet(out BlockHeader? header, out RpcFault? fault))
            _mirror.OnHeader(header, NowMs());
        else
            Fail(provider, fault);
    }

    private async Task AskRangeAsync(
        IChainProvider provider, MirrorRequest.RangeLogs range, CancellationToken ct)
    {
        LogFilter filter = LogFilter.Range(range.From, range.To, Registries, Topics);
        RpcResult<LogEntry[]> answer = await provider.GetLogsAsync(filter, ct).ConfigureAwait(false);
        if (!answer.TryGet(out LogEntry[]? logs, out RpcFault? fault))
        {
            if (fault.Kind is RpcErrorKind.Rejected or RpcErrorKind.TooLarge or RpcErrorKind.Timeout)
                _mirror.OnRangeRefused($"{provider.Name}: {fault}", NowMs());
            else
                Fail(provider, fault);
        }
        else if (logs.Length >= MirrorLimits.LogsPerAnswerMax)
            _mirror.OnRangeRefused($"{provider.Name} gave {logs.Length} logs at once", NowMs());
        else
            _mirror.OnLogs(logs, NowMs());
    }

    private async Task AskBlockLogsAsync(
        IChainProvider provider, MirrorRequest.BlockLogs request, CancellationToken ct)
    {
        LogFilter filter = LogFilter.Block(request.Block.Hash, Registries, Topics);
        RpcResult<LogEntry[]> answer = await provider.GetLogsAsync(filter, ct).ConfigureAwait(false);
        if (answer.TryGet(out LogEntry[]? logs, out RpcFault? fault))
            _mirror.OnLogs(logs, NowMs());
        else
            Fail(provider, fault);
    }

    private async Task AskPositionsAsync(
        IChainProvider provider, MirrorRequest.Positions request, CancellationToken ct)
    {
        BlockId block = BlockId.Hash(request.Block.Hash);
        RegistryPosition? nodes = await AskPositionAsync(provider, _options.NodeRegistry, block, ct)
            .ConfigureAwait(false);
        if (nodes is null)
            return;
        RegistryPosition? routes = await AskPositionAsync(provider, _options.RouteRegistry, block, ct)
            .ConfigureAwait(false);
        if (routes is not null)
            _mirror.OnPositions(nodes.Value, routes.Value, NowMs());
    }

    private async Task<RegistryPosition?> AskPositionAsync(
        IChainProvider provider, Wire.Addresses.Address registry, BlockId block, CancellationToken ct)
    {
        RpcResult<byte[]> count =
            await provider.CallAsync(RegistryCalls.EventCount(registry), block, ct).ConfigureAwait(false);
        if (!count.TryGet(out byte[]? countWord, out RpcFault? fault))
        {
            Fail(provider, fault);
            return null;
        }

        RpcResult<byte[]> hash =
            await provider.CallAsync(RegistryCalls.EventsHash(registry), block, ct).ConfigureAwait(false);
        if (!hash.TryGet(out byte[]? hashWord, out fault))
        {
            Fail(provider, fault);
            return null;
        }

        if (RegistryCalls.TryReadPosition(countWord, hashWord, out RegistryPosition position))
            return position;
        _mirror.OnFailure($"{provider.Name} says there is no registry at {registry}", NowMs());
        return null;
    }

    private Wire.Addresses.Address[] Registries => [_options.NodeRegistry, _options.RouteRegistry];

    private static Bytes32[] Topics => [NodeChanged.Topic, RouteChanged.Topic];

    private void Fail(IChainProvider provider, RpcFault fault) =>
        _mirror.OnFailure($"{provider.Name}: {fault}", NowMs());

    private ulong NowMs() => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    private MirrorStatus Describe()
    {
        RouteTable table = _mirror.Table;
        return new MirrorStatus(
            _options.ChainId,
            _mirror.VerifiedBlock,
            _mirror.VerifiedHash,
            _mirror.HeadBlock,
            table.TimeSeconds,
            _mirror.CheckedMs == 0 ? null : (NowMs() - Math.Min(NowMs(), _mirror.CheckedMs)) / 1000.0,
            _mirror.IsAtHead,
            table.LiveRoutes,
            table.Nodes.Count,
            _mirror.BlocksUndone,
            ProvedBlock: 0,
            IsProved: false,
            IsConfirmed: _providers.Count == 1 && _mirror.CheckedMs != 0,
            FinalisedBlock: 0,
            _mirror.Origin,
            [.. _mirror.Providers.Select((provider, i) => Describe(provider, _providers[i].Name))]);
    }

    private ProviderStatus Describe(MirrorProvider provider, string name)
    {
        ulong restMs = provider.NotBeforeMs - Math.Min(NowMs(), provider.NotBeforeMs);
        return new ProviderStatus(
            name,
            restMs > 0 ? ProviderState.Resting : ProviderState.InUse,
            restMs / 1000.0,
            Score: 1.0 / (1 + provider.Failures),
            provider.Answers,
            provider.Failures,
            Lies: 0,
            LatencyMs: 0,
            provider.LastProblem);
    }
}
