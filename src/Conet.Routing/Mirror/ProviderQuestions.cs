using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// Puts a mirror's requests to a provider as calls of the execution API, and checks what can be checked of an
/// answer by itself: that proofs hold under the state root they are for. Thread-safe.
/// </summary>
internal sealed class ProviderQuestions(MirrorOptions options)
{
    private readonly Address[] _registries = [options.NodeRegistry, options.RouteRegistry];
    private readonly Bytes32[] _topics = [NodeChanged.Topic, RouteChanged.Topic];

    public Task<RpcResult<MirrorAnswer>> AskAsync(
        IChainProvider provider, MirrorRequest request, CancellationToken ct) => request switch
    {
        MirrorRequest.ChainId => ChainIdAsync(provider, ct),
        MirrorRequest.Head => HeaderAsync(provider, BlockId.Latest, ct),
        MirrorRequest.Finalised => HeaderAsync(provider, BlockId.Finalized, ct),
        MirrorRequest.Header header => HeaderAsync(provider, BlockId.Number(header.Number), ct),
        MirrorRequest.HeaderByHash header => HeaderAsync(provider, BlockId.Hash(header.Hash), ct),
        MirrorRequest.Logs logs => LogsAsync(provider, logs, ct),
        MirrorRequest.Proof proof => ProofAsync(provider, proof.Block, ct),
        MirrorRequest.Positions positions => PositionsAsync(provider, positions.Block, ct),
        _ => throw new ArgumentException("Unknown request.", nameof(request)),
    };

    private static async Task<RpcResult<MirrorAnswer>> ChainIdAsync(
        IChainProvider provider, CancellationToken ct)
    {
        RpcResult<ulong> answer = await provider.GetChainIdAsync(ct).ConfigureAwait(false);
        return answer.TryGet(out ulong chainId, out RpcFault? fault)
            ? RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.ChainId(chainId))
            : RpcResult<MirrorAnswer>.Fail(fault);
    }

    private static async Task<RpcResult<MirrorAnswer>> HeaderAsync(
        IChainProvider provider, BlockId block, CancellationToken ct)
    {
        RpcResult<BlockHeader?> answer = await provider.GetBlockAsync(block, ct).ConfigureAwait(false);
        return answer.TryGet(out BlockHeader? header, out RpcFault? fault)
            ? RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.Header(header))
            : RpcResult<MirrorAnswer>.Fail(fault);
    }

    private async Task<RpcResult<MirrorAnswer>> LogsAsync(
        IChainProvider provider, MirrorRequest.Logs request, CancellationToken ct)
    {
        LogFilter filter = request.BlockHash is { } hash
            ? LogFilter.Block(hash, _registries, _topics)
            : LogFilter.Range(request.From, request.To, _registries, _topics);
        RpcResult<LogEntry[]> answer = await provider.GetLogsAsync(filter, ct).ConfigureAwait(false);
        return answer.TryGet(out LogEntry[]? logs, out RpcFault? fault)
            ? RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.Logs(logs))
            : RpcResult<MirrorAnswer>.Fail(fault);
    }

    private async Task<RpcResult<MirrorAnswer>> ProofAsync(
        IChainProvider provider, BlockHeader block, CancellationToken ct)
    {
        RpcResult<MirrorAnswer> answer = await ProofAsync(provider, block, BlockId.Hash(block.Hash), ct)
            .ConfigureAwait(false);
        if (answer.Kind is not (RpcErrorKind.Rejected or RpcErrorKind.Malformed))
            return answer;

        // Some providers take no hash here. What they prove by number may be another block of that number.
        answer = await ProofAsync(provider, block, BlockId.Number(block.Number), ct).ConfigureAwait(false);
        return answer.IsSuccess && answer.Value is MirrorAnswer.BadProof
            ? RpcResult<MirrorAnswer>.Fail(RpcErrorKind.Rejected, "a proof of another state")
            : answer;
    }

    private async Task<RpcResult<MirrorAnswer>> ProofAsync(
        IChainProvider provider, BlockHeader block, BlockId id, CancellationToken ct)
    {
        RegistryPosition[] positions = new RegistryPosition[_registries.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            RpcResult<AccountProof> answer = await provider
                .GetProofAsync(_registries[i], RegistryProof.Slots, id, ct).ConfigureAwait(false);
            if (!answer.TryGet(out AccountProof? proof, out RpcFault? fault))
                return RpcResult<MirrorAnswer>.Fail(fault);
            if (!RegistryProof.TryRead(block.StateRoot, proof, out positions[i]))
                return RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.BadProof());
        }

        return RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.Positions(positions[0], positions[1]));
    }

    private async Task<RpcResult<MirrorAnswer>> PositionsAsync(
        IChainProvider provider, BlockHeader block, CancellationToken ct)
    {
        RegistryPosition[] positions = new RegistryPosition[_registries.Length];
        BlockId id = BlockId.Hash(block.Hash);
        for (int i = 0; i < positions.Length; i++)
        {
            RpcResult<byte[]> count = await provider
                .CallAsync(RegistryCalls.EventCount(_registries[i]), id, ct).ConfigureAwait(false);
            if (!count.TryGet(out byte[]? countWord, out RpcFault? fault))
                return RpcResult<MirrorAnswer>.Fail(fault);
            RpcResult<byte[]> hash = await provider
                .CallAsync(RegistryCalls.EventsHash(_registries[i]), id, ct).ConfigureAwait(false);
            if (!hash.TryGet(out byte[]? hashWord, out fault))
                return RpcResult<MirrorAnswer>.Fail(fault);
            if (!RegistryCalls.TryReadPosition(countWord, hashWord, out positions[i]))
                return RpcResult<MirrorAnswer>.Fail(
                    RpcErrorKind.Malformed, $"there is no registry at {_registries[i]}");
        }

        return RpcResult<MirrorAnswer>.Ok(new MirrorAnswer.Positions(positions[0], positions[1]));
    }
}
