namespace Conet.Routing.Mirror;

/// <summary>
/// What the mirror thinks of one provider. Changed by the mirror's thread; each member may be read by any.
/// </summary>
public sealed class MirrorProvider
{
    internal MirrorProvider(int index) => Index = index;

    /// <summary>Position in the list of providers.</summary>
    public int Index { get; }

    /// <summary>True once its chain id was found right.</summary>
    public bool IsKnown { get; internal set; }

    /// <summary>Answers that were used.</summary>
    public long Answers { get; internal set; }

    /// <summary>Failures since the last answer that was used.</summary>
    public int Failures { get; internal set; }

    /// <summary>It is not asked before this time. Milliseconds since 1970.</summary>
    public ulong NotBeforeMs { get; internal set; }

    /// <summary>What it did wrong last, one line; null if nothing yet.</summary>
    public string? LastProblem { get; internal set; }
}
