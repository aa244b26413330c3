using System.Text.Json.Nodes;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Mirror;

/// <summary>The hash of a block from the fields that JSON-RPC gives of it, written down plainly.</summary>
internal static class SlowHeader
{
    private static readonly string[] _fields =
    [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
        "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce",
        "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
        "requestsHash",
    ];

    private static readonly HashSet<string> _numbers =
    [
        "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed",
        "excessBlobGas",
    ];

    public static IReadOnlyList<string> Fields => _fields;

    public static Bytes32 HashOf(JsonNode block)
    {
        RlpWriter writer = new();
        int list = writer.BeginList();
        foreach (string field in _fields)
        {
            if (block[field]?.GetValue<string>() is not { } text)
                continue;
            string digits = _numbers.Contains(field) ? text[2..].TrimStart('0') : text[2..];
            writer.WriteBytes(Convert.FromHexString(digits.Length % 2 == 0 ? digits : "0" + digits));
        }

        writer.EndList(list);
        return MerklePatricia.Hash(writer.Written);
    }
}
