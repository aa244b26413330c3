using Conet.Routing.Chain;
using Conet.Routing.Tables;

namespace Conet.Routing.Mirror;

/// <summary>
/// The mirrored blocks: a base, which is final or as deep as anything is kept, and an overlay of blocks that
/// can be undone one by one. One thread.
/// </summary>
internal sealed class MirroredChain(RouteTable empty)
{
    private readonly List<MirroredBlock> _blocks = [];

    /// <summary>Blocks that were undone.</summary>
    public long BlocksUndone { get; private set; }

    public bool IsEmpty => _blocks.Count == 0;

    public MirroredBlock? Tip => _blocks.Count > 0 ? _blocks[^1] : null;

    /// <summary>The block below which nothing can be undone; null before the first.</summary>
    public MirroredBlock? Base => _blocks.Count > 0 ? _blocks[0] : null;

    /// <summary>Blocks above the base.</summary>
    public int OverlayBlocks => Math.Max(0, _blocks.Count - 1);

    /// <summary>The table that the next block starts from.</summary>
    public RouteTable TipTable => Tip?.Table ?? empty;

    public MirroredBlock? Find(ulong number)
    {
        int index = _blocks.FindLastIndex(block => block.Number <= number);
        return index >= 0 && _blocks[index].Number == number ? _blocks[index] : null;
    }

    public void Append(IEnumerable<MirroredBlock> blocks)
    {
        foreach (MirroredBlock block in blocks)
            _blocks.Add(block);
        if (_blocks.Count > MirrorLimits.UndoBlocksMax)
            _blocks.RemoveRange(0, _blocks.Count - MirrorLimits.UndoBlocksMax);
    }

    /// <summary>The tip's table was compared with the registries.</summary>
    public void MarkTip(TableCheck check) =>
        _blocks[^1] = _blocks[^1] with { Check = check, Source = MirroredBlock.Several };

    /// <summary>Undoes every block above that number.</summary>
    public void UndoAbove(ulong number)
    {
        while (_blocks.Count > 0 && _blocks[^1].Number > number)
            UndoTip();
    }

    public void UndoTip()
    {
        _blocks.RemoveAt(_blocks.Count - 1);
        BlocksUndone++;
    }

    /// <summary>Undoes what was never compared with the registries.</summary>
    public void UndoUnchecked()
    {
        while (_blocks.Count > 0 && _blocks[^1].Check == TableCheck.None)
            UndoTip();
    }

    /// <summary>Starts anew, at a block or at the deployment.</summary>
    public void Restart(MirroredBlock? start)
    {
        BlocksUndone += _blocks.Count;
        _blocks.Clear();
        if (start is { } block)
            _blocks.Add(block);
    }

    /// <summary>
    /// Makes the highest checked block at or below a number the base; what is below it is forgotten.
    /// </summary>
    public void Merge(ulong number)
    {
        int index = _blocks.FindLastIndex(
            block => block.Number <= number && block.Check != TableCheck.None);
        if (index > 0)
            _blocks.RemoveRange(0, index);
    }
}
