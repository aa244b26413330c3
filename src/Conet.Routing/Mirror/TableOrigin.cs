namespace Conet.Routing.Mirror;

/// <summary>Where the table that serves began. Every later block of it was read from the chain.</summary>
public enum TableOrigin
{
    /// <summary>All of it was read from the chain's logs.</summary>
    Chain = 0,

    /// <summary>It began as a snapshot that this node wrote.</summary>
    OwnSnapshot,

    /// <summary>It began as a snapshot of a stranger, proved before it served.</summary>
    StrangersSnapshot,
}
