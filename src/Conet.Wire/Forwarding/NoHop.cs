namespace Conet.Wire.Forwarding;

/// <summary>What a look-up returns in place of a next hop. All are negative; other negative numbers count as
/// <see cref="UnknownDestination"/>.</summary>
public static class NoHop
{
    /// <summary>No prefix of the table matches.</summary>
    public const int UnknownDestination = -1;

    /// <summary>
    /// The best home is this node itself, and the destination was not among the local addressees.
    /// </summary>
    public const int AddresseeAbsent = -2;

    /// <summary>A prefix matches, and none of its homes is reachable.</summary>
    public const int Unreachable = -3;

    /// <summary>
    /// A prefix matches, and the endpoints of its homes are ones that must never be sent to.
    /// </summary>
    public const int ForbiddenEndpoint = -4;

    /// <summary>The drop reason that a look-up's negative answer is counted under.</summary>
    public static DropReason ToDropReason(int hop) => hop switch
    {
        AddresseeAbsent => DropReason.AddresseeAbsent,
        Unreachable => DropReason.NextHopUnreachable,
        ForbiddenEndpoint => DropReason.ForbiddenEndpoint,
        _ => DropReason.UnknownDestination,
    };
}
