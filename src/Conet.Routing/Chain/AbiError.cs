namespace Conet.Routing.Chain;

/// <summary>Why bytes are not the canonical ABI encoding of a type.</summary>
public enum AbiError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The data ends before the type does.</summary>
    Truncated,

    /// <summary>Bytes follow the last value.</summary>
    TrailingBytes,

    /// <summary>A number, address or boolean does not fit its type.</summary>
    OutOfRange,

    /// <summary>Padding is not zero.</summary>
    BadPadding,

    /// <summary>An offset does not point to where the canonical encoding puts the value.</summary>
    BadOffset,

    /// <summary>A length or an element count is larger than the data that is left.</summary>
    BadLength,

    /// <summary>A string is not UTF-8.</summary>
    NotUtf8,

    /// <summary>A value is not legal for its type (enumerations, packed fields).</summary>
    BadValue,
}
