using Conet.Wire.Addresses;
using Conet.Wire.Sealing;

namespace Conet.Client;

/// <summary>
/// How a client is set up. Wallet and prekeys stay the caller's and must outlive the client.
/// </summary>
public sealed class ConetClientOptions
{
    /// <summary>The network.</summary>
    public required NetworkId Network { get; init; }

    /// <summary>Where routes and nodes are found.</summary>
    public required IDirectory Directory { get; init; }

    /// <summary>
    /// The identity: signs messages that are not anonymous, and is who cells are received for.
    /// </summary>
    public required Wallet Wallet { get; init; }

    /// <summary>
    /// Current prekey first, then the previous one; at most two. Empty for one who only sends.
    /// </summary>
    public IReadOnlyList<SealKey> Prekeys { get; init; } = [];

    /// <summary>The node that gets the client's cells first.</summary>
    public required NodeId Entry { get; init; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Messages that wait for <see cref="ConetClient.ReceiveAsync"/>; beyond it cells
    /// are dropped and repeated.
    /// </summary>
    public int InboxMessagesMax { get; init; } = ClientLimits.InboxMessagesMax;
}
