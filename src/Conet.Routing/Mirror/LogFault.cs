namespace Conet.Routing.Mirror;

/// <summary>Why logs cannot be those of the chain.</summary>
internal enum LogFault
{
    /// <summary>They can.</summary>
    None = 0,

    /// <summary>One was not asked for.</summary>
    NotAsked,

    /// <summary>One is of a block of the right number and another hash.</summary>
    OtherBlock,

    /// <summary>One is not the next event of its registry, or none at all.</summary>
    NotNext,
}
