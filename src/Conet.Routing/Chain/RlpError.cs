namespace Conet.Routing.Chain;

/// <summary>Why a byte string is not canonical RLP.</summary>
public enum RlpError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The input ended inside an item, or an item was asked for at the end.</summary>
    Truncated,

    /// <summary>A length or a single byte has a shorter encoding.</summary>
    NotMinimal,

    /// <summary>Bytes follow the item that should have been the last.</summary>
    TrailingBytes,

    /// <summary>Lists are nested deeper than <see cref="ChainLimits.RlpDepthMax"/>.</summary>
    TooDeep,

    /// <summary>A byte string was asked for and a list was found.</summary>
    NotBytes,

    /// <summary>A list was asked for and a byte string was found.</summary>
    NotList,

    /// <summary>
    /// An integer has leading zeros or is too wide for the type asked for, or a fixed size does not match.
    /// </summary>
    BadInteger,
}
