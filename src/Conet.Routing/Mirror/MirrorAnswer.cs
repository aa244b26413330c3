using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>What a provider answered to a <see cref="MirrorRequest"/>. Immutable.</summary>
public abstract record MirrorAnswer
{
    private MirrorAnswer()
    {
    }

    /// <summary>A chain id (EIP-155).</summary>
    /// <param name="Value">The id.</param>
    public sealed record ChainId(ulong Value) : MirrorAnswer;

    /// <summary>A header; null if the provider does not have the block.</summary>
    /// <param name="Value">The header.</param>
    public sealed record Header(BlockHeader? Value) : MirrorAnswer;

    /// <summary>Logs in order of block and index.</summary>
    /// <param name="Entries">The logs.</param>
    public sealed record Logs(IReadOnlyList<LogEntry> Entries) : MirrorAnswer;

    /// <summary>How far the events of both registries go.</summary>
    /// <param name="Nodes">Of the node registry.</param>
    /// <param name="Routes">Of the route registry.</param>
    public sealed record Positions(RegistryPosition Nodes, RegistryPosition Routes) : MirrorAnswer;

    /// <summary>Proofs that do not hold under the block's state root.</summary>
    public sealed record BadProof : MirrorAnswer;
}
