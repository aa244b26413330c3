namespace Conet.Routing.Chain;

/// <summary>State of a node in the NodeRegistry.</summary>
public enum NodeState : byte
{
    /// <summary>Never registered.</summary>
    None = 0,

    /// <summary>Forwards and may be named by routes.</summary>
    Active = 1,

    /// <summary>Still delivers what it holds; takes no new routes.</summary>
    Draining = 2,

    /// <summary>Gone for good; the id is never used again.</summary>
    Retired = 3,
}
