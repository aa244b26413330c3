namespace Conet.Client;

/// <summary>Why a client dropped a cell. None is ever answered.</summary>
public enum ClientDrop
{
    /// <summary>Not 1160 bytes.</summary>
    WrongSize,

    /// <summary>The client's queue was full.</summary>
    QueueFull,

    /// <summary>The destination is none of the client's.</summary>
    NotForMe,

    /// <summary>More cells a second than the client opens.</summary>
    OverBudget,

    /// <summary>It does not open with the client's keys.</summary>
    NotSealedToMe,

    /// <summary>The envelope is malformed.</summary>
    MalformedEnvelope,

    /// <summary>Issued in the future.</summary>
    Early,

    /// <summary>Its lifetime is over.</summary>
    Expired,

    /// <summary>The signature is not the sender's.</summary>
    BadSignature,

    /// <summary>The replay memory cannot take it.</summary>
    ReplayRefused,

    /// <summary>The body is malformed, or of a kind that has no business here.</summary>
    MalformedBody,

    /// <summary>The application does not take its messages.</summary>
    InboxFull,

    /// <summary>No room for another piece.</summary>
    NoRoom,

    /// <summary>It answers nothing that was asked.</summary>
    Unasked,
}
