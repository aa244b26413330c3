using Conet.Routing.Chain;
using Conet.Routing.Tables;
using Conet.Wire.Addresses;

namespace Conet.Routing.Mirror;

/// <summary>
/// What both registries hold at a block, as far as a root says it: from a block that most of the providers
/// agree on, and an account proof of each registry against its state root. Immutable.
/// </summary>
/// <param name="Block">The block.</param>
/// <param name="NodeStorageRoot">Root of the node registry's storage trie.</param>
/// <param name="RouteStorageRoot">Root of the route registry's storage trie.</param>
/// <param name="NodePosition">How far the node registry's events go.</param>
/// <param name="RoutePosition">How far the route registry's events go.</param>
/// <param name="NodeCount">Nodes ever registered.</param>
public sealed record ProvedRegistries(
    BlockHeader Block,
    Bytes32 NodeStorageRoot,
    Bytes32 RouteStorageRoot,
    RegistryPosition NodePosition,
    RegistryPosition RoutePosition,
    uint NodeCount)
{
    /// <summary>
    /// Asks all providers for the block of that number; more than half of them must give the same one, with
    /// that hash. Then asks those for proofs until one verifies.
    /// </summary>
    /// <param name="options">Chain and registries.</param>
    /// <param name="providers">One or more.</param>
    /// <param name="blockNumber">Number of the block.</param>
    /// <param name="blockHash">The hash it must have.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was proved; or null and the reason in one line.</returns>
    public static async Task<(ProvedRegistries? Proved, string Problem)> AskAsync(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, ulong blockNumber, Bytes32 blockHash,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(providers);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(SharedSnapshotLimits.ProofMilliseconds);
        try
        {
            BlockId block = BlockId.Number(blockNumber);
            return await AskAsync(options, providers, block, blockHash, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no proof within {SharedSnapshotLimits.ProofMilliseconds / 1000} s");
        }
    }

    private static async Task<(ProvedRegistries? Proved, string Problem)> AskAsync(
        MirrorOptions options, IReadOnlyList<IChainProvider> providers, BlockId block, Bytes32 hash,
        CancellationToken cancellation)
    {
        RpcResult<BlockHeader?>[] answers = await Task.WhenAll(
            providers.Select(provider => provider.GetBlockAsync(block, cancellation))).ConfigureAwait(false);
        (IChainProvider Provider, BlockHeader Block)[] agreed = Agreed(
            providers.Zip(answers)
                .Where(pair => pair.Second.IsSuccess && pair.Second.Value?.Hash == hash)
                .Select(pair => (pair.First, pair.Second.Value!)));
        int needed = (providers.Count / 2) + 1;
        if (agreed.Length < needed)
        {
            IEnumerable<string> others = providers.Except(agreed.Select(pair => pair.Provider))
                .Select(provider => provider.Name);
            return (null, $"block {block} {hash} is not that of {string.Join(", ", others)}; "
                + $"{needed} of {providers.Count} providers must have it");
        }

        string problem = string.Empty;
        foreach ((IChainProvider provider, BlockHeader header) in agreed)
        {
            (ProvedRegistries? proved, string fault) = await ProveAsync(
                options, provider, header, cancellation).ConfigureAwait(false);
            if (proved is not null)
                return (proved, string.Empty);
            problem += $"{(problem.Length == 0 ? "" : "; ")}{provider.Name} gives no proof of the registries "
                + $"at block {block}: {fault}";
        }

        return (null, problem);
    }

    /// <summary>
    /// Those who name the block, with what it holds: what hashes to its name, or else what most of them say.
    /// </summary>
    private static (IChainProvider Provider, BlockHeader Block)[] Agreed(
        IEnumerable<(IChainProvider Provider, BlockHeader Block)> named)
    {
        (IChainProvider Provider, BlockHeader Block)[] all = [.. named];
        BlockHeader? hashed = all.FirstOrDefault(pair => pair.Block.IsHashed).Block;
        if (hashed is not null)
            return [.. all.Select(pair => (pair.Provider, hashed))];
        return all.Select(pair => all.Where(other => other.Block.IsSameBlock(pair.Block)).ToArray())
            .MaxBy(same => same.Length) ?? [];
    }

    private static async Task<(ProvedRegistries? Proved, string Problem)> ProveAsync(
        MirrorOptions options, IChainProvider provider, BlockHeader block, CancellationToken cancellation)
    {
        (Bytes32 Root, UInt256[] Words)? nodes, routes;
        (nodes, string problem) = await ProveAsync(
            provider, options.NodeRegistry, block,
            [RegistrySlots.EventCount, RegistrySlots.EventsHash, RegistrySlots.NodeCount], cancellation)
            .ConfigureAwait(false);
        if (nodes is null)
            return (null, problem);
        (routes, problem) = await ProveAsync(
            provider, options.RouteRegistry, block, [RegistrySlots.EventCount, RegistrySlots.EventsHash],
            cancellation).ConfigureAwait(false);
        if (routes is null)
            return (null, problem);
        return (
            new ProvedRegistries(
                block, nodes.Value.Root, routes.Value.Root, Position(nodes.Value.Words),
                Position(routes.Value.Words), (uint)nodes.Value.Words[2].Low),
            string.Empty);
    }

    private static async Task<((Bytes32 Root, UInt256[] Words)? Proved, string Problem)> ProveAsync(
        IChainProvider provider, Address registry, BlockHeader block, Bytes32[] slots,
        CancellationToken cancellation)
    {
        RpcResult<AccountProof> answer = await provider
            .GetProofAsync(registry, slots, BlockId.Hash(block.Hash), cancellation).ConfigureAwait(false);
        if (!answer.TryGet(out AccountProof? proof, out RpcFault? fault))
            return (null, fault.Message);
        if (!StateProof.TryVerify(block.StateRoot, proof, out AccountState? account, out MerkleError error))
            return (null, $"the proof is wrong ({error})");
        return account is { } state && state.CodeHash != StateProof.EmptyCodeHash
            ? ((state.StorageRoot, [.. proof.Storage.Select(word => word.Value)]), string.Empty)
            : (null, $"there is no registry at {registry}");
    }

    private static RegistryPosition Position(UInt256[] words) =>
        new((ulong)words[0].Low, words[1].ToBytes32());
}
