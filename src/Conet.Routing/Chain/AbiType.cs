using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Conet.Routing.Chain;

/// <summary>The kinds of Solidity ABI types.</summary>
public enum AbiKind
{
    /// <summary>uint8 to uint256.</summary>
    UInt,

    /// <summary>int8 to int256.</summary>
    Int,

    /// <summary>20-byte address.</summary>
    Address,

    /// <summary>Boolean.</summary>
    Bool,

    /// <summary>bytes1 to bytes32.</summary>
    FixedBytes,

    /// <summary>Byte string of any length.</summary>
    Bytes,

    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>T[] or T[n].</summary>
    Array,

    /// <summary>(T1,T2,...): a struct, or a list of parameters.</summary>
    Tuple,
}

/// <summary>
/// A type of the Solidity contract ABI, parsed from its text ("uint256", "(address,bytes32[2])[]"; "uint" and
/// "int" are read as Solidity reads them). Immutable. Empty tuples and arrays of length zero are refused:
/// they take no room, so counts of them could not be bounded.
/// </summary>
public sealed class AbiType
{
    /// <summary>Size of an ABI word in bytes.</summary>
    public const int WordSize = 32;

    private AbiType(AbiKind kind, int size, AbiType? element, IReadOnlyList<AbiType> components, int length)
    {
        Kind = kind;
        Size = size;
        Element = element;
        Components = components;
        Length = length;
        IsDynamic = kind switch
        {
            AbiKind.Bytes or AbiKind.String => true,
            AbiKind.Array => length < 0 || element!.IsDynamic,
            AbiKind.Tuple => components.Any(c => c.IsDynamic),
            _ => false,
        };
        long head = IsDynamic ? WordSize : kind switch
        {
            AbiKind.Array => (long)length * element!.HeadSize,
            AbiKind.Tuple => components.Sum(c => (long)c.HeadSize),
            _ => WordSize,
        };
        HeadSize = (int)Math.Min(head, int.MaxValue);
    }

    /// <summary>The kind of type.</summary>
    public AbiKind Kind { get; }

    /// <summary>Bits of a number, bytes of a fixed byte string; 0 for other kinds.</summary>
    public int Size { get; }

    /// <summary>Element type of an array, else null.</summary>
    public AbiType? Element { get; }

    /// <summary>Member types of a tuple, else empty.</summary>
    public IReadOnlyList<AbiType> Components { get; }

    /// <summary>Element count of a fixed array; -1 for other types.</summary>
    public int Length { get; }

    /// <summary>True when the value lies in the tail and an offset in the head.</summary>
    public bool IsDynamic { get; }

    /// <summary>Bytes that a value of this type takes in the head of its tuple: at least 32.</summary>
    public int HeadSize { get; }

    /// <summary>A tuple of the given types: what a parameter list is.</summary>
    public static AbiType TupleOf(params IReadOnlyList<AbiType> components)
    {
        if (components.Count == 0) throw new ArgumentException("A tuple has members.", nameof(components));
        AbiType tuple = new(AbiKind.Tuple, 0, null, components, -1);
        if (!tuple.IsWithinLimits) throw new ArgumentException("The tuple is too large.", nameof(components));
        return tuple;
    }

    /// <summary>Parses a type's text; false when it is not a supported type or exceeds a limit.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (text is null || text.Length > ChainLimits.AbiTypeTextMax) return false;
        int at = 0;
        type = ParseType(text, ref at, 0);
        if (at != text.Length) type = null;
        return type is not null;
    }

    /// <summary>Parses a type's text that is known to be right.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static AbiType Parse(string text) =>
        TryParse(text, out AbiType? type) ? type : throw new FormatException("Not an ABI type: " + text);

    /// <summary>The canonical text.</summary>
    public override string ToString() => Kind switch
    {
        AbiKind.UInt => "uint" + Size,
        AbiKind.Int => "int" + Size,
        AbiKind.Address => "address",
        AbiKind.Bool => "bool",
        AbiKind.FixedBytes => "bytes" + Size,
        AbiKind.Bytes => "bytes",
        AbiKind.String => "string",
        AbiKind.Array => Length < 0 ? $"{Element}[]" : $"{Element}[{Length}]",
        _ => $"({string.Join(',', Components)})",
    };

    private bool IsWithinLimits => HeadSize <= ChainLimits.AbiHeadBytesMax;

    private static AbiType? ParseType(string text, ref int at, int depth)
    {
        if (depth >= ChainLimits.AbiDepthMax) return null;
        AbiType? type = at < text.Length && text[at] == '('
            ? ParseTuple(text, ref at, depth)
            : ParseName(text, ref at);
        while (type is not null && at < text.Length && text[at] == '[')
        {
            if (++depth >= ChainLimits.AbiDepthMax) return null;
            int close = text.IndexOf(']', at);
            if (close < 0) return null;
            int length = -1;
            string digits = text[(at + 1)..close];
            if (digits.Length > 0 && !TryParseNumber(digits, 1, ChainLimits.AbiHeadBytesMax, out length))
                return null;
            type = new AbiType(AbiKind.Array, 0, type, [], length);
            if (!type.IsWithinLimits) return null;
            // A fixed array of a dynamic type holds one offset an element in its own tail.
            if (length > ChainLimits.AbiHeadBytesMax / WordSize) return null;
            at = close + 1;
        }
        return type;
    }

    private static AbiType? ParseTuple(string text, ref int at, int depth)
    {
        List<AbiType> components = [];
        do
        {
            at++;
            AbiType? component = ParseType(text, ref at, depth + 1);
            if (component is null) return null;
            components.Add(component);
        }
        while (at < text.Length && text[at] == ',');
        if (at >= text.Length || text[at] != ')') return null;
        at++;
        AbiType tuple = new(AbiKind.Tuple, 0, null, components, -1);
        return tuple.IsWithinLimits ? tuple : null;
    }

    private static AbiType? ParseName(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at])) at++;
        string name = text[start..at];
        switch (name)
        {
            case "address": return new AbiType(AbiKind.Address, 0, null, [], -1);
            case "bool": return new AbiType(AbiKind.Bool, 0, null, [], -1);
            case "bytes": return new AbiType(AbiKind.Bytes, 0, null, [], -1);
            case "string": return new AbiType(AbiKind.String, 0, null, [], -1);
            case "uint": return new AbiType(AbiKind.UInt, 256, null, [], -1);
            case "int": return new AbiType(AbiKind.Int, 256, null, [], -1);
        }
        (AbiKind kind, string prefix, int max) = name switch
        {
            _ when name.StartsWith("uint", StringComparison.Ordinal) => (AbiKind.UInt, "uint", 256),
            _ when name.StartsWith("int", StringComparison.Ordinal) => (AbiKind.Int, "int", 256),
            _ when name.StartsWith("bytes", StringComparison.Ordinal) => (AbiKind.FixedBytes, "bytes", 32),
            _ => (AbiKind.Tuple, "", 0),
        };
        if (max == 0 || !TryParseNumber(name[prefix.Length..], 1, max, out int size)) return null;
        if (max == 256 && size % 8 != 0) return null;
        return new AbiType(kind, size, null, [], -1);
    }

    private static bool TryParseNumber(string digits, int min, int max, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && !digits.AsSpan().ContainsAnyExceptInRange('0', '9') // .NET skips zero characters at the end
        && value >= min && value <= max && digits[0] != '0';
}
