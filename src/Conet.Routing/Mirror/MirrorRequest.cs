using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>What a <see cref="ChainMirror"/> wants to know of a provider. Immutable.</summary>
public abstract record MirrorRequest
{
    private MirrorRequest()
    {
    }

    /// <summary>The provider's chain id: answer with <see cref="MirrorAnswer.ChainId"/>.</summary>
    public sealed record ChainId : MirrorRequest;

    /// <summary>Header of the provider's head: answer with <see cref="MirrorAnswer.Header"/>.</summary>
    public sealed record Head : MirrorRequest;

    /// <summary>
    /// Header of the last block that the provider calls finalised: answer with
    /// <see cref="MirrorAnswer.Header"/>.
    /// </summary>
    public sealed record Finalised : MirrorRequest;

    /// <summary>A header by number: answer with <see cref="MirrorAnswer.Header"/>.</summary>
    /// <param name="Number">Block number.</param>
    public sealed record Header(ulong Number) : MirrorRequest;

    /// <summary>A header by hash: answer with <see cref="MirrorAnswer.Header"/>.</summary>
    /// <param name="Hash">Block hash.</param>
    public sealed record HeaderByHash(Bytes32 Hash) : MirrorRequest;

    /// <summary>
    /// Logs of both registries in a range of blocks: answer with <see cref="MirrorAnswer.Logs"/>.
    /// </summary>
    /// <param name="From">First block.</param>
    /// <param name="To">Last block.</param>
    /// <param name="BlockHash">Hash of the block if it is one; ask by it.</param>
    public sealed record Logs(ulong From, ulong To, Bytes32? BlockHash = null) : MirrorRequest;

    /// <summary>
    /// Event counts and rolling hashes of both registries at a block, by eth_getProof: answer with
    /// <see cref="MirrorAnswer.Positions"/> if the proofs hold under the block's state root, and with
    /// <see cref="MirrorAnswer.BadProof"/> if they do not.
    /// </summary>
    /// <param name="Block">Header of the block.</param>
    public sealed record Proof(BlockHeader Block) : MirrorRequest;

    /// <summary>The same by eth_call: answer with <see cref="MirrorAnswer.Positions"/>.</summary>
    /// <param name="Block">Header of the block; ask by its hash.</param>
    public sealed record Positions(BlockHeader Block) : MirrorRequest;
}
