using Conet.Wire.Addresses;

namespace Conet.Wire.Cells;

/// <summary>
/// Writes a cell into 1160 bytes of the caller's. Holds no copy, so it lives as long as the span it was made
/// from; what is not written keeps what was there. The counterpart of <see cref="CellView"/>.
/// </summary>
public readonly ref struct CellWriter
{
    /// <summary>Starts on a span that stays the caller's.</summary>
    /// <param name="cell">Exactly 1160 bytes.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public CellWriter(Span<byte> cell)
    {
        if (cell.Length != CellLayout.Size)
            throw new ArgumentException("A cell has 1160 bytes.", nameof(cell));
        Bytes = cell;
    }

    /// <summary>All 1160 bytes.</summary>
    public Span<byte> Bytes { get; }

    /// <summary>The 1140 bytes of the seal, to be filled.</summary>
    public Span<byte> Seal => Bytes.Slice(CellLayout.SealOffset, CellLayout.SealSize);

    /// <summary>Writes the first 20 bytes.</summary>
    public void WriteDestination(in Address destination) =>
        destination.CopyTo(Bytes.Slice(CellLayout.DestinationOffset, CellLayout.DestinationSize));
}
