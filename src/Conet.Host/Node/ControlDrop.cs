namespace Conet.Host.Node;

/// <summary>
/// Why a control cell was dropped. Each value is a counter; docs/OPERATING.md explains them.
/// </summary>
public enum ControlDrop
{
    /// <summary>It was not dropped.</summary>
    None = 0,

    /// <summary>Its destination is not this node's own address.</summary>
    WrongDestination,

    /// <summary>The opens of this second are used up.</summary>
    OverBudget,

    /// <summary>It is not sealed to this node, or was altered.</summary>
    NotSealedHere,

    /// <summary>The envelope is malformed.</summary>
    MalformedEnvelope,

    /// <summary>A kind that does not belong on this port.</summary>
    WrongPort,

    /// <summary>Issued too far in the future.</summary>
    Early,

    /// <summary>Its lifetime is over.</summary>
    Expired,

    /// <summary>Its lifetime is longer than control may have.</summary>
    LifetimeTooLong,

    /// <summary>The signature is not by the sender it names, or names another node or network.</summary>
    BadSignature,

    /// <summary>Seen before.</summary>
    Replayed,

    /// <summary>The replay memory can't tell whether it was seen before.</summary>
    ReplayMemoryFull,

    /// <summary>The body is malformed.</summary>
    MalformedBody,

    /// <summary>The return address lies under another node.</summary>
    WrongNode,

    /// <summary>No room for another challenge, or this source prefix has its share.</summary>
    TooManyChallenges,

    /// <summary>Confirms no challenge that waits.</summary>
    UnknownChallenge,

    /// <summary>Confirms with other bytes than the challenge.</summary>
    WrongChallenge,

    /// <summary>Comes from another address than the one it must come from.</summary>
    WrongSource,

    /// <summary>No attachment has this token.</summary>
    UnknownToken,

    /// <summary>The key to answer to is no usable point.</summary>
    UnusableKey,

    /// <summary>A probe by a node that is not in the table or must not be sent to.</summary>
    UnknownProber,

    /// <summary>A probe that the signer of that record did not sign.</summary>
    WrongSigner,

    /// <summary>A second probe of the same node within a second.</summary>
    ProbedTooOften,

    /// <summary>Answers no probe that waits.</summary>
    UnknownProbe,

    /// <summary>Pieces of a bucket asked for faster than they are sent; the rest was left out.</summary>
    OverPace,
}
