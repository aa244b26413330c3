using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Answers of a JSON-RPC provider, single and in batches.</summary>
internal sealed class JsonRpcAnswerTarget : IFuzzTarget
{
    private const int BatchCount = 3;

    private static readonly string[] _samples =
    [
        """{"jsonrpc":"2.0","id":1,"result":"0x7a69"}""",
        """{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x08c379a0"}}""",
        """{"id":1,"error":{"code":-32000,"message":"a\nb\u202e","data":{"data":"0x01"}}}""",
        """[{"id":2,"result":{"a":[1]}},{"id":1,"result":null},{"id":3,"error":{"code":1,"message":"no"}}]""",
        """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}""",
        """ [ ] """,
    ];

    public string Name => "json-rpc-answer";

    public string Summary => "JsonRpcAnswer against System.Text.Json's document; faults are printable";

    public IEnumerable<byte[]> Seeds => _samples.Select(Encoding.UTF8.GetBytes);

    public IEnumerable<byte[]> Tokens =>
    [
        .. JsonChanges.Tokens,
        .. ((string[])["\"id\":1", "\"result\":", "\"error\":", "\"error\":null", "\"code\":", "\"message\":",
            "\"data\":"]).Select(Encoding.UTF8.GetBytes),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        RpcResult<Range> single = JsonRpcAnswer.Read(input, 1);
        bool accepted = single.IsSuccess;
        if (accepted)
            CheckRange(input, single.Value, input.ToArray(), index: -1);
        else
            CheckFault(single.Fault);
        RpcResult<RpcResult<Range>[]> batch = JsonRpcAnswer.ReadBatch(input, 1, BatchCount);
        if (!batch.IsSuccess)
            CheckFault(batch.Fault);
        else
            CheckBatch(input, batch.Value);
        if (JsonRpcAnswer.IsRefusal(input))
            Check(!accepted, "both an answer and a refusal");
        return accepted || batch.IsSuccess;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random) => JsonChanges.TryMutate(input, random);

    private static void CheckBatch(ReadOnlySpan<byte> input, RpcResult<Range>[] results)
    {
        Check(results.Length == BatchCount, "another number of answers");
        byte[] copy = input.ToArray();
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].IsSuccess)
                CheckRange(input, results[i].Value, copy, i);
            else
                CheckFault(results[i].Fault);
        }
    }

    /// <summary>The range must be exactly the JSON that a general parser finds under "result".</summary>
    private static void CheckRange(ReadOnlySpan<byte> input, Range range, byte[] copy, int index)
    {
        using JsonDocument document = JsonDocument.Parse(copy);
        JsonElement answer = document.RootElement;
        if (index >= 0)
            answer = answer.EnumerateArray().Single(member => IdOf(member) == index + 1);
        ReadOnlySpan<byte> expected = JsonMarshal.GetRawUtf8Value(answer.GetProperty("result"));
        Check(input[range].SequenceEqual(expected), "another part of the answer is given as its result");
    }

    private static long? IdOf(JsonElement answer) =>
        answer.TryGetProperty("id", out JsonElement id)
        && id.ValueKind == JsonValueKind.Number
        && id.TryGetInt64(out long value)
            ? value
            : null;

    private static void CheckFault(RpcFault fault)
    {
        Check(fault.Message.Length <= ChainLimits.ErrorTextMax, "a fault's text is too long");
        Check(!fault.Message.Any(char.IsControl), "a fault's text is not fit for a terminal");
        Check(fault.Data.Length <= ChainLimits.ErrorDataBytesMax, "a fault's data are too long");
    }
}
