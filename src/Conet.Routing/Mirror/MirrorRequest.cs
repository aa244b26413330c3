using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>What a <see cref="ChainMirror"/> wants to know next. Immutable.</summary>
public abstract record MirrorRequest
{
    private MirrorRequest()
    {
    }

    /// <summary>The provider's chain id: answer with <see cref="ChainMirror.OnChainId"/>.</summary>
    public sealed record ChainId : MirrorRequest;

    /// <summary>The head's number: answer with <see cref="ChainMirror.OnHead"/>.</summary>
    public sealed record Head : MirrorRequest;

    /// <summary>A header by number: answer with <see cref="ChainMirror.OnHeader"/>.</summary>
    /// <param name="Number">Block number.</param>
    public sealed record Header(ulong Number) : MirrorRequest;

    /// <summary>Logs of both registries in a range: answer with <see cref="ChainMirror.OnLogs"/>.</summary>
    /// <param name="From">First block.</param>
    /// <param name="To">Last block.</param>
    public sealed record RangeLogs(ulong From, ulong To) : MirrorRequest;

    /// <summary>Logs of both registries in one block: answer with <see cref="ChainMirror.OnLogs"/>.</summary>
    /// <param name="Block">Header of the block; ask by its hash.</param>
    public sealed record BlockLogs(BlockHeader Block) : MirrorRequest;

    /// <summary>
    /// Event counts and rolling hashes of both registries at a block: answer with
    /// <see cref="ChainMirror.OnPositions"/>.
    /// </summary>
    /// <param name="Block">Header of the block; ask by its hash.</param>
    public sealed record Positions(BlockHeader Block) : MirrorRequest;
}
