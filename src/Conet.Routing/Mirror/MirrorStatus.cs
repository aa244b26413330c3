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
/// <param name="Providers">Name, good answers, failures in a row, last problem of each.</param>
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
    IReadOnlyList<(string Name, long Answers, int Failures, string? LastProblem)> Providers);
