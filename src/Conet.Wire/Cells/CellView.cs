namespace Conet.Wire.Cells;

/// <summary>
/// A checked look at the bytes of a cell. Judges nothing but the length; holds no copy, so it lives as long
/// as the span it was made from. Any thread that may read the span may read the view.
/// </summary>
public readonly ref struct CellView
{
    private CellView(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>All 1160 bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The 20 bytes a forwarder may read.</summary>
    public ReadOnlySpan<byte> Destination =>
        Bytes.Slice(CellLayout.DestinationOffset, CellLayout.DestinationSize);

    /// <summary>The 1140 bytes it may not look into.</summary>
    public ReadOnlySpan<byte> Seal => Bytes.Slice(CellLayout.SealOffset, CellLayout.SealSize);

    /// <summary>Makes a view of a datagram. False unless it is exactly 1160 bytes long.</summary>
    /// <param name="datagram">Bytes from anywhere; not copied.</param>
    /// <param name="view">The view, or default.</param>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out CellView view)
    {
        if (datagram.Length != CellLayout.Size)
        {
            view = default;
            return false;
        }

        view = new CellView(datagram);
        return true;
    }
}
