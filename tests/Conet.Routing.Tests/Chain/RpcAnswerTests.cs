using System.Text;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

/// <summary>The parsers of JSON-RPC answers against spoilt answers and against bytes that are none.</summary>
public sealed class RpcAnswerTests
{
    private const string Hash = "\"0x11223344556677889900aabbccddeeff11223344556677889900aabbccddeeff\"";
    private const string Account = "\"0x1122334455667788990011223344556677889900\"";

    private const string Log =
        $$"""{"address":{{Account}},"topics":[{{Hash}},{{Hash}}],"data":"0x0102","blockNumber":"0x10","""
        + $$""" "blockHash":{{Hash}},"transactionHash":{{Hash}},"logIndex":"0x0","""
        + """ "removed":false,"extra":[1,{"a":null}]}""";

    private static readonly string[] _results =
    [
        "\"0x0\"", "\"0xffffffffffffffff\"", "\"0x\"", "\"0x00ff\"", Hash, "null",
        $$"""{"number":"0x10","hash":{{Hash}},"parentHash":{{Hash}},"timestamp":"0x6553f100","""
        + $$""" "stateRoot":{{Hash}},"baseFeePerGas":"0x7","transactions":[],"uncles":[]}""",
        $"[{Log},{Log}]", "[]",
        $$"""{"transactionHash":{{Hash}},"blockNumber":"0x1","blockHash":{{Hash}},"status":"0x1","""
        + $$""" "gasUsed":"0x5208","logs":[{{Log}}],"effectiveGasPrice":"0x1","contractAddress":null}""",
        $$"""{"address":{{Account}},"accountProof":["0xc0","0x80"],"balance":"0x0","nonce":"0x1","""
        + $$""" "codeHash":{{Hash}},"storageHash":{{Hash}},"""
        + """ "storageProof":[{"key":"0x0","value":"0x1","proof":["0xc0"]}]}""",
    ];

    [Fact]
    public void The_samples_are_good_answers()
    {
        Assert.Equal(0UL, RpcParsers.Quantity64(Utf8(_results[0])).Value);
        Assert.Equal(ulong.MaxValue, RpcParsers.Quantity64(Utf8(_results[1])).Value);
        Assert.Empty(RpcParsers.Data(Utf8(_results[2])).Value);
        Assert.Equal([0, 0xFF], RpcParsers.Data(Utf8(_results[3])).Value);
        Assert.Equal(Hash.Trim('"'), RpcParsers.Hash(Utf8(_results[4])).Value.ToString());
        Assert.Null(RpcParsers.Header(Utf8(_results[5])).Value);
        Assert.Null(RpcParsers.Receipt(Utf8(_results[5])).Value);
        Assert.Equal(16UL, RpcParsers.Header(Utf8(_results[6])).Value!.Number);
        Assert.Equal(2, RpcParsers.Logs(Utf8(_results[7])).Value.Length);
        Assert.Empty(RpcParsers.Logs(Utf8(_results[8])).Value);
        Assert.Single(RpcParsers.Receipt(Utf8(_results[9])).Value!.Logs);
        Assert.Single(RpcParsers.Proof(Utf8(_results[10])).Value.Storage);
    }

    [Fact]
    public void Spoilt_results_give_a_value_or_a_fault_and_never_an_exception() =>
        Property.HoldsForSeeds(random =>
    {
        byte[] json = SpoilJson(random, Utf8(_results[random.Next(_results.Length)]));
        return IsAnswered(RpcParsers.Quantity(json)) && IsAnswered(RpcParsers.Quantity64(json))
            && IsAnswered(RpcParsers.Data(json)) && IsAnswered(RpcParsers.Hash(json))
            && IsAnswered(RpcParsers.Header(json)) && IsAnswered(RpcParsers.Logs(json))
            && IsAnswered(RpcParsers.Receipt(json)) && IsAnswered(RpcParsers.Proof(json));
    });

    [Fact]
    public void Spoilt_answers_give_a_result_inside_them_or_a_fault() => Property.HoldsForSeeds(random =>
    {
        string result = _results[random.Next(_results.Length)];
        string error = """{"code":-32000,"message":"no\nway","data":{"data":"0x08c379a0"}}""";
        string member = random.Next(3) switch
        {
            0 => $$"""{"jsonrpc":"2.0","id":7,"error":{{error}}}""",
            1 => $$"""{"id":8,"result":{{result}},"jsonrpc":"2.0"}""",
            _ => $$"""{"jsonrpc":"2.0","id":7,"result":{{result}}}""",
        };
        string text = random.Next(2) == 0
            ? member
            : $"[{member},{member.Replace("7", "8", StringComparison.Ordinal)}]";
        byte[] body = random.Next(8) == 0 ? Property.Bytes(random, 60) : SpoilJson(random, Utf8(text));
        RpcResult<Range> one = JsonRpcAnswer.Read(body, 7);
        RpcResult<RpcResult<Range>[]> batch = JsonRpcAnswer.ReadBatch(body, 7, 2);
        _ = JsonRpcAnswer.IsRefusal(body);
        return IsAnswered(one) && IsAnswered(batch)
            && (!one.IsSuccess || body[one.Value].Length > 0)
            && (!batch.IsSuccess || batch.Value.All(IsAnswered));
    });

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":8,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"7","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7.5,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":"0x1","result":"0x2"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"id":7,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":"0x1"}{"id":7}""")]
    [InlineData("""[{"jsonrpc":"2.0","id":7,"result":"0x1"}]""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":"0x1","x":""")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("<!doctype html><title>502</title>")]
    public void What_does_not_answer_the_question_is_malformed(string body) =>
        Assert.Equal(RpcErrorKind.Malformed, JsonRpcAnswer.Read(Utf8(body), 7).Kind);

    [Theory]
    [InlineData("\"0x01\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"1\"")]
    [InlineData("1")]
    [InlineData("\"0x1g\"")]
    [InlineData("\"0x10000000000000000\"")]
    [InlineData("\"\\u0030x1\"")]
    [InlineData("null")]
    public void Quantities_that_are_not_canonical_are_malformed(string json) =>
        Assert.Equal(RpcErrorKind.Malformed, RpcParsers.Quantity64(Utf8(json)).Kind);

    [Fact]
    public void Fields_that_occur_twice_or_are_missing_make_a_result_malformed()
    {
        string header = _results[6];
        Assert.False(RpcParsers.Header(
            Utf8(header.Replace("\"number\"", "\"hash\"", StringComparison.Ordinal))).IsSuccess);
        foreach (string field in (string[])["number", "hash", "parentHash", "timestamp", "stateRoot"])
        {
            string without = header.Replace($"\"{field}\"", "\"other\"", StringComparison.Ordinal);
            Assert.Equal(RpcErrorKind.Malformed, RpcParsers.Header(Utf8(without)).Kind);
        }
    }

    [Fact]
    public void Deep_nesting_is_malformed_and_does_not_recurse()
    {
        string deep = new string('[', 500_000) + new string(']', 500_000);
        Assert.Equal(
            RpcErrorKind.Malformed, JsonRpcAnswer.Read(Utf8($"{{\"id\":7,\"result\":{deep}}}"), 7).Kind);
        Assert.Equal(RpcErrorKind.Malformed, RpcParsers.Logs(Utf8(deep)).Kind);
        Assert.Equal(RpcErrorKind.Malformed, RpcParsers.Header(Utf8($"{{\"x\":{deep}}}")).Kind);
    }

    [Fact]
    public void An_error_message_is_one_short_printable_line()
    {
        string message = "bad\\u001b[31m\\n" + new string('x', 3_000);
        RpcResult<Range> answer = JsonRpcAnswer.Read(
            Utf8($$"""{"id":7,"error":{"message":"{{message}}","code":-1 } }"""), 7);
        Assert.Equal(RpcErrorKind.Rejected, answer.Kind);
        Assert.Equal(-1, answer.Fault.Code);
        Assert.True(answer.Fault.Message.Length <= ChainLimits.ErrorTextMax);
        Assert.DoesNotContain(answer.Fault.Message, char.IsControl);
    }

    // Text that stays close to JSON: characters altered, pieces doubled, fields renamed, ends cut off.
    private static byte[] SpoilJson(Random random, byte[] json)
    {
        for (int i = random.Next(1, 3); i > 0; i--)
        {
            if (random.Next(3) > 0)
            {
                json = Property.Spoil(random, json);
                continue;
            }

            int from = random.Next(json.Length + 1), to = random.Next(from, json.Length + 1);
            ReadOnlySpan<byte> graft = "[{]}\":,\\0xnul1"u8;
            byte letter = graft[random.Next(graft.Length)];
            json = random.Next(2) == 0
                ? [.. json[..to], .. json[from..]]
                : [.. json[..from], letter, .. json[from..]];
        }

        return json;
    }

    private static bool IsAnswered<T>(RpcResult<T> result) =>
        result.IsSuccess || result.Fault.Message.Length > 0;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
