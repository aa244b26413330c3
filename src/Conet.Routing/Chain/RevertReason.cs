using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Puts revert data into words: the custom errors of both registries, and those of Solidity itself.
/// </summary>
public static class RevertReason
{
    private const int SelectorSize = AbiCallWriter.SelectorSize;
    private const int UnknownBytesShown = 4;

    /// <summary>
    /// Every error that the registries declare; a test holds it against the contracts' artifacts.
    /// </summary>
    internal static readonly string[] Signatures =
    [
        "NodeUnknown(uint32)",
        "NotOperator(uint32,address)",
        "NodeIsRetired(uint32)",
        "OperatorInvalid()",
        "SignerInvalid()",
        "SignerUsed(address,uint32)",
        "KeyInvalid(bytes32)",
        "KeyUsed(bytes32,uint32)",
        "EndpointInvalid(bytes16,uint16,uint16)",
        "DescriptorVersionInvalid(uint32,uint32)",
        "StateInvalid(uint8,uint8)",
        "BondZero()",
        "BondTooLarge(uint256)",
        "BondLocked(uint64)",
        "RecipientInvalid()",
        "BondTransferFailed(address)",
        "PrekeyInvalid(bytes32)",
        "ReservedBitsSet(uint256)",
        "HomesInvalid(uint32,uint32,uint32)",
        "SuiteUnknown(uint8)",
        "EpochNotGreater(uint32,uint32)",
        "ExpiryOutOfRange(uint64,uint256)",
        "RouteSignatureMissing(address)",
        "RouteSignatureInvalid(address)",
        "AuthorizationExpired(uint256)",
        "AuthorizationInvalid(address)",
        "RouteAbsent(address)",
        "InvalidShortString()",
        "StringTooLong(string)",
        "Error(string)",
        "Panic(uint256)",
    ];

    private static readonly Dictionary<uint, string> BySelector =
        Signatures.ToDictionary(AbiSignature.Selector);

    /// <summary>
    /// Name and arguments of the error, such as "NotOperator(7, 0x...)"; arguments that do not decode are
    /// left out.
    /// </summary>
    public static string Describe(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return "no reason given";
        if (data.Length < SelectorSize) return HexText.Format(data);
        uint selector = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (!BySelector.TryGetValue(selector, out string? signature))
            return $"unknown error {HexText.Format(data[..UnknownBytesShown])}";
        int open = signature.IndexOf('(', StringComparison.Ordinal);
        string name = signature[..open];
        if (signature.EndsWith("()", StringComparison.Ordinal)) return signature;
        AbiType arguments = AbiType.Parse(signature[open..]);
        return AbiDecoder.TryDecode(arguments, data[SelectorSize..], out AbiValue[]? values, out _)
            ? $"{name}({string.Join(", ", values.Select(Format))})"
            : $"{name}()";
    }

    /// <summary>
    /// A provider's refusal that carries or mentions a revert, as a fault of kind <see
    /// cref="RpcErrorKind.Reverted"/> that names the error; any other fault as it is.
    /// </summary>
    public static RpcFault Name(RpcFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        bool isRevert = fault.Kind == RpcErrorKind.Rejected
            && (!fault.Data.IsEmpty || fault.Message.Contains("revert", StringComparison.OrdinalIgnoreCase));
        return !isRevert
            ? fault
            : new RpcFault(RpcErrorKind.Reverted, $"reverted: {Describe(fault.Data.Span)}",
                fault.Code, fault.Data.ToArray());
    }

    private static string Format(AbiValue value) => value switch
    {
        AbiValue.Number number => number.Value.ToString(),
        AbiValue.Account account => account.Value.ToString(),
        AbiValue.Blob blob => HexText.Format(blob.Value),
        AbiValue.Text text => text.Value,
        _ => "?",
    };
}
