namespace Conet.Routing.Mirror;

/// <summary>How well a mirrored block's table was compared with the registries.</summary>
internal enum TableCheck
{
    /// <summary>Not at all: blocks inside a step, and range ends whose state nobody keeps.</summary>
    None = 0,

    /// <summary>With what most providers say the rolling hashes are.</summary>
    Called,

    /// <summary>With the rolling hashes as the block's state root proves them.</summary>
    Proved,
}
