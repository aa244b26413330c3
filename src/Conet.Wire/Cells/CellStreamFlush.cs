namespace Conet.Wire.Cells;

/// <summary>What became of a flush.</summary>
/// <param name="Status">Open, Ended (nobody reads any more), Canceled or Broken.</param>
/// <param name="Error">What the transport said when it broke; else null.</param>
public readonly record struct CellStreamFlush(CellStreamStatus Status, Exception? Error = null);
