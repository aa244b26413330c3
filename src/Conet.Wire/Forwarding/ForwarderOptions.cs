using Conet.Wire.Cells;

namespace Conet.Wire.Forwarding;

/// <summary>Sizes of a <see cref="Forwarder{TRoutes}"/> and whose it is. Immutable.</summary>
public sealed record ForwarderOptions
{
    /// <summary>
    /// The node's own address, 20 bytes: its id and 16 zero bytes. Cells to it are control.
    /// </summary>
    public required ReadOnlyMemory<byte> OwnAddress { get; init; }

    /// <summary>Next hops are 0 to this, exclusive.</summary>
    public int HopsMax { get; init; } = Limits.NextHopsMax;

    /// <summary>Local handles are 0 to this, exclusive.</summary>
    public int HandlesMax { get; init; } = Limits.LocalHandlesMax;

    /// <summary>Cells of one batch.</summary>
    public int CellsMax { get; init; } = Limits.BatchCellsMax;

    /// <summary>The index that the look-up uses for this node itself, or -1 if it has none.</summary>
    public int SelfHop { get; init; } = -1;

    /// <summary>Throws if an option is out of range.</summary>
    internal void Check()
    {
        if (OwnAddress.Length != CellLayout.DestinationSize)
        {
            throw new ArgumentException(
                $"An address has {CellLayout.DestinationSize} bytes.", nameof(OwnAddress));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(HopsMax, 1, nameof(HopsMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(HandlesMax, 1, nameof(HandlesMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(CellsMax, 1, nameof(CellsMax));
    }
}
