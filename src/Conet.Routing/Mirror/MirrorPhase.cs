namespace Conet.Routing.Mirror;

/// <summary>Which question a mirror has open.</summary>
internal enum MirrorPhase
{
    /// <summary>None until the next look at the heads.</summary>
    Idle = 0,

    /// <summary>Every provider's head.</summary>
    Heads,

    /// <summary>Every provider's header at one number.</summary>
    Header,

    /// <summary>The parent of a header, of anyone.</summary>
    Walk,

    /// <summary>Proof of the registries' rolling hashes, of anyone.</summary>
    Proof,

    /// <summary>The rolling hashes as every provider says, because nobody can prove them.</summary>
    Calls,

    /// <summary>Logs, of one provider.</summary>
    Logs,
}
