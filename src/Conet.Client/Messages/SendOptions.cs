namespace Conet.Client;

/// <summary>How a message is sent.</summary>
public sealed record SendOptions
{
    /// <summary>True to send it without naming or proving a sender.</summary>
    public bool Anonymous { get; init; }

    /// <summary>
    /// True to ask for a receipt and repeat until it comes. Needs an attachment: the
    /// answer goes to an alias there.
    /// </summary>
    public bool WantReceipt { get; init; } = true;

    /// <summary>How long the message may be delivered and is repeated: 1 second to 7 days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);
}
