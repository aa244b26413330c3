using Conet.Routing.Chain;
using Conet.Routing.Mirror;

namespace Conet.Host.Node;

/// <summary>
/// What the mirror has: where it stands, how far that is proved, how old it is, and what it thinks of its
/// providers. Never an address of a wallet. Immutable.
/// </summary>
public sealed record TableStatus
{
    private readonly string? _problem;

    /// <summary>Chain it follows; 0 where that is not known.</summary>
    public ulong ChainId { get; init; }

    /// <summary>Number of the last block that the table holds; 0 before the first.</summary>
    public ulong HeadBlock { get; init; }

    /// <summary>Hash of that block.</summary>
    public Bytes32 BlockHash { get; init; }

    /// <summary>Time of that block, unix seconds.</summary>
    public ulong BlockTimeSeconds { get; init; }

    /// <summary>Number of the chain's head, as the provider in use says.</summary>
    public ulong ChainBlock { get; init; }

    /// <summary>Whether the table is that of the head.</summary>
    public bool IsAtHead { get; init; }

    /// <summary>Whether the registries' rolling hashes at its block were proved.</summary>
    public bool IsProved { get; init; }

    /// <summary>Last block at which they were; 0 for none.</summary>
    public ulong ProvedBlock { get; init; }

    /// <summary>Whether a quorum of providers names the hash of its block.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Last block that no reorganisation may undo; 0 for none known.</summary>
    public ulong FinalisedBlock { get; init; }

    /// <summary>Where the table began.</summary>
    public TableOrigin Origin { get; init; }

    /// <summary>Blocks undone in reorganisations.</summary>
    public long BlocksUndone { get; init; }

    /// <summary>Seconds since a provider last confirmed the head; null before the first time.</summary>
    public double? StalenessSeconds { get; init; }

    /// <summary>Routes in the table.</summary>
    public int Routes { get; init; }

    /// <summary>Active and draining nodes in the table.</summary>
    public int Nodes { get; init; }

    /// <summary>Failures in a row, of all providers together.</summary>
    public long ProviderFailures => Providers.Sum(provider => (long)provider.Failures);

    /// <summary>
    /// What is wrong, one line: with the table itself, or else what a provider did last that made its answer
    /// useless; empty while all is well.
    /// </summary>
    public string Problem
    {
        get => _problem
            ?? Providers.FirstOrDefault(provider => provider.Failures > 0)?.LastProblem
            ?? string.Empty;
        init => _problem = value;
    }

    /// <summary>Each provider, in the order they were named.</summary>
    public IReadOnlyList<ProviderStatus> Providers { get; init; } = [];

    /// <summary>Whether a table was loaded, from the chain or from the node's own file.</summary>
    public bool Loaded { get; init; }

    /// <summary>The status of a mirror.</summary>
    /// <param name="mirror">What it says of itself.</param>
    /// <param name="nodes">Active and draining nodes.</param>
    /// <param name="isLoaded">Whether there is a table.</param>
    public static TableStatus Of(MirrorStatus mirror, int nodes, bool isLoaded) => new()
    {
        ChainId = mirror.ChainId,
        HeadBlock = mirror.Block,
        BlockHash = mirror.BlockHash,
        BlockTimeSeconds = mirror.BlockTimeSeconds,
        ChainBlock = mirror.HeadBlock,
        IsAtHead = mirror.IsAtHead,
        IsProved = mirror.IsProved,
        ProvedBlock = mirror.ProvedBlock,
        IsConfirmed = mirror.IsConfirmed,
        FinalisedBlock = mirror.FinalisedBlock,
        Origin = mirror.Origin,
        BlocksUndone = mirror.BlocksUndone,
        StalenessSeconds = mirror.StaleSeconds,
        Routes = mirror.LiveRoutes,
        Nodes = nodes,
        Providers = mirror.Providers,
        Loaded = isLoaded,
    };
}
