namespace Conet.Host.Node;

/// <summary>
/// The limits an operator may change in the "limits" group of the configuration. Immutable.
/// </summary>
public sealed record NodeLimits
{
    /// <summary>Attached clients at once, 1 to 1 000 000.</summary>
    public int Attachments { get; init; } = HostLimits.AttachmentsMax;

    /// <summary>Aliases of one attachment, 0 to 65 535.</summary>
    public int AliasesPerAttachment { get; init; } = HostLimits.AliasesPerAttachmentMax;

    /// <summary>Aliases of all attachments, 0 to 4 000 000.</summary>
    public int Aliases { get; init; } = HostLimits.AliasesMax;

    /// <summary>Challenges waiting for their confirmation, 16 to 1 000 000.</summary>
    public int PendingChallenges { get; init; } = HostLimits.PendingChallengesMax;

    /// <summary>First-contact opens a second, 1 to 100 000.</summary>
    public int ControlOpensPerSecond { get; init; } = HostLimits.ControlOpensPerSecond;

    /// <summary>Longest lease granted, 30 to 86 400 seconds.</summary>
    public int LeaseSeconds { get; init; } = HostLimits.LeaseSecondsMax;

    /// <summary>Age of the mirrored head from which the node is not ready, 1 to 86 400 seconds.</summary>
    public int MirrorStaleSeconds { get; init; } = HostLimits.MirrorStaleSecondsMax;

    /// <summary>Local addressees these bounds allow: wallet and home address of each, and aliases.</summary>
    internal int LocalAddressees => (2 * Attachments) + Aliases;
}
