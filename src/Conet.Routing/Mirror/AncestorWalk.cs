using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>
/// The way from a block down, by parent hashes, to a block that is mirrored already. One thread.
/// </summary>
internal sealed class AncestorWalk(ulong startBlock)
{
    private readonly List<BlockHeader> _headers = [];

    public BlockHeader Lowest => _headers[^1];

    /// <summary>The blocks of the way, lowest first.</summary>
    public IReadOnlyList<BlockHeader> Ascending => [.. Enumerable.Reverse(_headers)];

    public void Start(BlockHeader top)
    {
        _headers.Clear();
        _headers.Add(top);
    }

    public void Add(BlockHeader parent) => _headers.Add(parent);

    /// <summary>What the lowest block of the way is to the mirrored ones.</summary>
    public WalkTurn Turn(MirroredChain chain)
    {
        if (Lowest.Number <= startBlock)
            return WalkTurn.AtDeployment;
        ulong below = Lowest.Number - 1;
        if (chain.Base is { } oldest && below < oldest.Number)
            return WalkTurn.BelowKept;
        if (chain.Find(below) is { } found)
            return found.Hash == Lowest.ParentHash ? WalkTurn.Joined : WalkTurn.Apart;
        bool isBetweenKept = chain.Tip is { } tip && below < tip.Number;
        return isBetweenKept ? WalkTurn.BetweenKept : WalkTurn.Apart;
    }
}
