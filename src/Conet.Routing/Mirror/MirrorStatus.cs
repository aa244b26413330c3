using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>What a mirror says of itself at one moment. Immutable.</summary>
/// <param name="ChainId">Chain it follows.</param>
/// <param name="Block">Block of the table that serves; 0 for none.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="HeadBlock">Head as the provider says.</param>
/// <param name="BlockTimeSeconds">Time of the block, unix seconds.</param>
/// <param name="StaleSeconds">
/// Seconds since the table was last found to be that of the head; null for never.
/// </param>
/// <param name="IsAtHead">True if it is.</param>
/// <param name="LiveRoutes">Routes in force.</param>
/// <param name="Nodes">Nodes ever registered.</param>
/// <param name="BlocksUndone">Blocks undone in reorganisations.</param>
/// <param name="ProvedBlock">
/// Last block at which the table was proved: the registries' rolling hashes by eth_getProof, against the
/// state root of a block whose hash a quorum of providers names. 0 for none.
/// </param>
/// <param name="IsProved">True if the table that serves is proved so; else providers' word stands.</param>
/// <param name="IsConfirmed">True if a quorum of providers names the hash of its block.</param>
/// <param name="FinalisedBlock">Last block that no reorganisation may undo; 0 for none known.</param>
/// <param name="Origin">Where the table began.</param>
/// <param name="Providers">Each provider, in the order they were named.</param>
public sealed record MirrorStatus(
    ulong ChainId,
    ulong Block,
    Bytes32 BlockHash,
    ulong HeadBlock,
    ulong BlockTimeSeconds,
    double? StaleSeconds,
    bool IsAtHead,
    int LiveRoutes,
    int Nodes,
    long BlocksUndone,
    ulong ProvedBlock,
    bool IsProved,
    bool IsConfirmed,
    ulong FinalisedBlock,
    TableOrigin Origin,
    IReadOnlyList<ProviderStatus> Providers);
