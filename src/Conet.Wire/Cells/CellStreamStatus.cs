namespace Conet.Wire.Cells;

/// <summary>How a byte stream of cells stands after a read or a flush. Each value is a counter.</summary>
public enum CellStreamStatus
{
    /// <summary>Go on: more may follow, or more may be written.</summary>
    Open = 0,

    /// <summary>A reader's stream ended after a whole cell; a writer's peer reads no more.</summary>
    Ended,

    /// <summary>The stream ended inside a cell, which is lost. Never of a writer.</summary>
    Truncated,

    /// <summary>The wait was called off. Nothing is lost; read or flush again.</summary>
    Canceled,

    /// <summary>The transport failed; the error says how. What it held of cells may be lost.</summary>
    Broken,
}
