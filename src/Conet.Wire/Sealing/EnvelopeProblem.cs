namespace Conet.Wire.Sealing;

/// <summary>
/// Why an envelope was not accepted. Each value is a counter; none is ever answered on the wire.
/// </summary>
public enum EnvelopeProblem
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The bytes are not 1092 long.</summary>
    WrongSize,

    /// <summary>A version other than 1.</summary>
    UnknownVersion,

    /// <summary>A kind that section 7 of the specification does not list.</summary>
    UnknownKind,

    /// <summary>auth is neither 0 nor 1, or the kind demands the other one.</summary>
    BadAuth,

    /// <summary>ttlSec is 0 or above seven days.</summary>
    BadLifetime,

    /// <summary>bodyLen is above 972.</summary>
    BadBodyLength,

    /// <summary>A byte after the body is not zero.</summary>
    BadPadding,

    /// <summary>A sender or signature in an anonymous envelope, or no sender in a signed one.</summary>
    BadSender,

    /// <summary>issuedMs lies more than 120 s ahead.</summary>
    Early,

    /// <summary>The lifetime and 120 s of grace are over.</summary>
    Expired,

    /// <summary>The signature does not recover to the sender it names.</summary>
    BadSignature,
}
