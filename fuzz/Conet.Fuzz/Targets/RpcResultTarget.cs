using System.Text;
using System.Text.Json;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Results of the JSON-RPC methods in use. The first byte chooses the parser; a parsed proof is verified too.
/// </summary>
internal sealed class RpcResultTarget : IFuzzTarget
{
    private static readonly string _hash = "0x" + new string('a', 64);
    private static readonly string _address = "0x" + new string('b', 40);

    private static readonly string[] _samples =
    [
        "\"0x7a69\"",
        "\"0xffffffffffffffff\"",
        "\"0x00ff\"",
        $"\"{_hash}\"",
        $$"""
        {"number":"0x10","hash":"{{_hash}}","parentHash":"{{_hash}}","timestamp":"0x65",
         "stateRoot":"{{_hash}}","baseFeePerGas":"0x7","extra":[{"a":1}]}
        """,
        $"[{Log()}]",
        $$"""
        {"transactionHash":"{{_hash}}","blockNumber":"0x1","blockHash":"{{_hash}}","status":"0x1",
         "gasUsed":"0x5208","logs":[{{Log()}},{{Log()}}],"effectiveGasPrice":"0x9","contractAddress":null}
        """,
        $$"""
        {"address":"{{_address}}","accountProof":["0xf851","0x80"],"balance":"0x0","nonce":"0x0",
         "codeHash":"{{_hash}}","storageHash":"{{_hash}}",
         "storageProof":[{"key":"0x1","value":"0x2","proof":["0xe2"]}]}
        """,
    ];

    public string Name => "rpc-result";

    public string Summary => "RpcParsers, all methods; accepted means JSON that holds what was read";

    public int InputBytesMax => 8192;

    public IEnumerable<byte[]> Seeds =>
        _samples.Select((sample, index) => (byte[])[(byte)index, .. Encoding.UTF8.GetBytes(sample)]);

    public IEnumerable<byte[]> Tokens => JsonChanges.Tokens;

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return false;
        ReadOnlySpan<byte> json = input[1..];
        bool accepted = (input[0] % 8) switch
        {
            0 => IsRead(json, RpcParsers.Quantity(json), value => value.ToHexQuantity()),
            1 => IsRead(json, RpcParsers.Quantity64(json), value => "0x" + value.ToString("x")),
            2 => IsRead(json, RpcParsers.Data(json), value => "0x" + Convert.ToHexStringLower(value)),
            3 => IsRead(json, RpcParsers.Hash(json), value => value.ToString()),
            4 => RpcParsers.Header(json).IsSuccess,
            5 => AreLogs(RpcParsers.Logs(json)),
            6 => RpcParsers.Receipt(json).IsSuccess,
            _ => IsProof(RpcParsers.Proof(json)),
        };
        if (accepted)
            JsonDocument.Parse(json.ToArray()).Dispose();
        return accepted;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);

    private static string Log() =>
        $$"""
        {"address":"{{_address}}","topics":["{{_hash}}","{{_hash}}"],"data":"0x0102","blockNumber":"0x1",
         "blockHash":"{{_hash}}","transactionHash":"{{_hash}}","logIndex":"0x0","removed":false}
        """;

    /// <summary>A value of one word has one text, save for the case of its digits.</summary>
    private static bool IsRead<T>(ReadOnlySpan<byte> json, RpcResult<T> result, Func<T, string> write)
    {
        if (!result.IsSuccess)
            return false;
        string text = Encoding.UTF8.GetString(json).Trim(' ', '\t', '\r', '\n');
        Check(text.ToLowerInvariant() == $"\"{write(result.Value)}\"", "it was read as another value");
        return true;
    }

    private static bool AreLogs(RpcResult<LogEntry[]> logs)
    {
        if (!logs.IsSuccess)
            return false;
        foreach (LogEntry log in logs.Value)
        {
            Check(log.Topics.Length <= ChainLimits.LogTopicsMax, "a log with too many topics");
            RegistryEvent.TryRead(log, out _, out _);
        }

        return true;
    }

    private static bool IsProof(RpcResult<AccountProof> proof)
    {
        if (!proof.IsSuccess)
            return false;
        byte[][] nodes = proof.Value.AccountNodes;
        Check(nodes.Length <= ChainLimits.ProofNodesMax, "a proof with too many nodes");
        Bytes32 root = nodes.Length == 0 ? MerklePatricia.EmptyRoot : MerklePatricia.Hash(nodes[0]);
        StateProof.TryVerify(root, proof.Value, out _, out _);
        return true;
    }
}
