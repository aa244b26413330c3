namespace Conet.Routing.Chain;

/// <summary>Why a packed route word is not one that the RouteRegistry accepts.</summary>
public enum PackedRouteError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Bits 216 to 255 are not zero.</summary>
    ReservedBits,

    /// <summary>The first home is missing.</summary>
    NoHome,

    /// <summary>The third home is set and the second is not.</summary>
    HomeGap,

    /// <summary>A home is named twice.</summary>
    HomeRepeated,

    /// <summary>The suite is not one that is built.</summary>
    UnknownSuite,

    /// <summary>The epoch is zero: epochs start at 1.</summary>
    NoEpoch,

    /// <summary>The expiry is zero.</summary>
    NoExpiry,
}
