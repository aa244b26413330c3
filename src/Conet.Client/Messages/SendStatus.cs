namespace Conet.Client;

/// <summary>How sending ended.</summary>
public enum SendStatus
{
    /// <summary>It left; nobody was asked to confirm it.</summary>
    Sent,

    /// <summary>The addressee's receipt came.</summary>
    Received,

    /// <summary>Its lifetime ended without a receipt.</summary>
    Expired,

    /// <summary>The wallet has no route.</summary>
    NoRoute,

    /// <summary>The route's prekey is not signed by its wallet; nothing is sealed to it.</summary>
    UnsignedRoute,

    /// <summary>The prekey's suite is not one this client knows, or the key is no usable point.</summary>
    UnusablePrekey,

    /// <summary>The content is longer than 16 MiB.</summary>
    TooLong,

    /// <summary>A receipt is wanted but the client is attached nowhere.</summary>
    NotAttached,

    /// <summary>Too many messages are being sent.</summary>
    Busy,

    /// <summary>The client was closed.</summary>
    Closed,
}
