namespace Conet.Wire.Cells;

/// <summary>
/// Where things lie in a cell, the one packet of the network. Sizes and offsets in bytes.
/// <code>
///  0          20                                             1160
///  +----------+-----------------------------------------------+
///  |   DST    |   SEAL                                        |
///  +----------+-----------------------------------------------+
/// </code>
/// Source: docs/SPEC.md, section 3.
/// </summary>
public static class CellLayout
{
    /// <summary>Offset of the destination, the only clear field.</summary>
    public const int DestinationOffset = 0;

    /// <summary>Bytes of the destination.</summary>
    public const int DestinationSize = 20;

    /// <summary>Offset of the seal.</summary>
    public const int SealOffset = DestinationOffset + DestinationSize;

    /// <summary>Bytes of the seal: random-looking to everyone but the recipient.</summary>
    public const int SealSize = 1140;

    /// <summary>Bytes of a cell, always.</summary>
    public const int Size = SealOffset + SealSize;
}
