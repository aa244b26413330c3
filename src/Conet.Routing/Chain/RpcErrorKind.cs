namespace Conet.Routing.Chain;

/// <summary>Why a provider's answer cannot be used.</summary>
public enum RpcErrorKind
{
    /// <summary>Success.</summary>
    None,

    /// <summary>No connection, or it broke before the answer was complete.</summary>
    Unreachable,

    /// <summary>The answer did not come in time.</summary>
    Timeout,

    /// <summary>The answer or the request is larger than a limit of <see cref="ChainLimits"/>.</summary>
    TooLarge,

    /// <summary>
    /// The answer is not what the method returns: not JSON, wrong shape, wrong id, non-canonical hex.
    /// </summary>
    Malformed,

    /// <summary>The provider answered with an error object or an HTTP error status.</summary>
    Rejected,

    /// <summary>The provider serves another chain than the one configured.</summary>
    WrongChain,

    /// <summary>The transaction was mined and failed, or its simulation did.</summary>
    Reverted,
}
