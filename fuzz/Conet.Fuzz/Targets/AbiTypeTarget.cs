using System.Text;
using System.Text.RegularExpressions;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Text of ABI types.</summary>
internal sealed class AbiTypeTarget : IFuzzTarget
{
    private static readonly string[] _samples =
    [
        "uint256", "(address,bytes32[2])[]", "(uint8,(string,bytes)[3],int64)[][2]", "bytes32", "bool",
        "((((((uint8))))))",
    ];

    public string Name => "abi-type";

    public string Summary => "AbiType.TryParse; accepted means canonical text within the limits";

    public int InputBytesMax => ChainLimits.AbiTypeTextMax + 8;

    public IEnumerable<byte[]> Seeds => _samples.Select(Encoding.ASCII.GetBytes);

    public IEnumerable<byte[]> Tokens =>
    [
        .. ((string[])["(", ")", "[", "]", "[]", ",", "uint", "int", "bytes", "string", "address", "bool",
            "256", "0", "[1048576]", "[2147483648]", "((((((((", "[][][][]"]).Select(Encoding.ASCII.GetBytes),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (!AbiType.TryParse(text, out AbiType? type))
            return false;
        // As in Solidity, int and uint are short for int256 and uint256; there is no other second spelling.
        string canonical = Regex.Replace(text, "(?<![a-z0-9])(u?int)(?![a-z0-9])", "${1}256");
        Check(type.ToString() == canonical, "a type was accepted whose text is not canonical");
        Check(
            type.HeadSize is >= AbiType.WordSize and <= ChainLimits.AbiHeadBytesMax,
            "a head beyond the limit");
        return true;
    }
}
