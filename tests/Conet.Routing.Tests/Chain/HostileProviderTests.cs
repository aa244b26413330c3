using System.Diagnostics;
using System.Text;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// Whatever a provider does comes back as a fault of the right kind, in time and within the limits.
/// </summary>
public sealed class HostileProviderTests
{
    private const ulong ChainId = 31337;
    private const int AnswerBytesMax = 256 << 10;
    private const int AttemptsMax = 10;
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, Func<HostileExchange, Task>> _manners = new()
    {
        ["wrong id"] = x => x.AnswerAsync($$"""{"jsonrpc":"2.0","id":{{x.Id}}9,"result":"0x1"}"""),
        ["id of another type"] = x => x.AnswerAsync($$"""{"jsonrpc":"2.0","id":"{{x.Id}}","result":"0x1"}"""),
        ["garbage"] = x => x.AnswerAsync("\u0001\u0002 nonsense } ]"),
        ["nothing"] = x => x.AnswerAsync(""),
        ["half an answer"] = x => x.AnswerAsync($$"""{"jsonrpc":"2.0","id":{{x.Id}},"resu"""),
        ["a page"] = x => x.AnswerAsync("<html><body>Sign in</body></html>", type: "text/html"),
        ["a page with status 502"] = x =>
            x.AnswerAsync("<html>Bad Gateway</html>", "502 Bad Gateway", "text/html"),
        ["a redirect"] = x => x.SendAsync(Ascii(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")),
        ["an error object"] = x => x.AnswerAsync(
            $$"""{"jsonrpc":"2.0","id":{{x.Id}},"error":{"message":"too many\nrequests","code":-32005 } }"""),
        ["an error object with status 429"] = x => x.AnswerAsync(
            """{"jsonrpc":"2.0","id":null,"error":{"message":"too many\nrequests","code":-32005 } }""",
            "429 Slow Down"),
        ["wrong shape"] = x => x.AnswerResultAsync("""{"number":"0x1"}"""),
        ["deep nesting"] = x => x.AnswerResultAsync(new string('[', 50_000) + new string(']', 50_000)),
        ["fields twice"] = x => x.AnswerAsync(
            $$"""{"jsonrpc":"2.0","id":{{x.Id}},"result":"0x1","result":"0x2"}"""),
        ["two answers"] = x => x.AnswerAsync(
            $$"""{"id":{{x.Id}},"result":"0x1"}{"id":{{x.Id}},"result":"0x2"}"""),
        ["a reset"] = x =>
        {
            x.Reset();
            return Task.CompletedTask;
        },
        ["silence"] = x => Task.Delay(Timeout.Infinite, x.Cancellation),
        ["a slow body"] = SlowBodyAsync,
        ["an endless body"] = x => EndlessAsync(
            x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            [.. Ascii("1000\r\n"), .. Spaces, .. Ascii("\r\n")]),
        ["endless headers"] = x =>
            EndlessAsync(x, "HTTP/1.1 200 OK\r\n", Ascii("X-More: " + new string('x', 4000) + "\r\n")),
        ["a body said to be huge"] = x =>
            x.SendAsync(Ascii("HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n{")),
        ["a body cut off"] = async x =>
        {
            await x.SendAsync(Ascii("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\""));
            x.Socket.Close();
        },
        ["no HTTP at all"] = async x =>
        {
            await x.SendAsync(Ascii("220 mail.example ESMTP\r\n"));
            x.Socket.Close();
        },
        ["a binary frame"] = x => x.SendAsync(HostileExchange.Frame(0x82, [1, 2, 3])),
        ["a frame with reserved bits"] = x => x.SendAsync(HostileExchange.Frame(0xF1, [1, 2, 3])),
        ["a frame said to be huge"] = x =>
            x.SendAsync([0x81, 127, 0x7F, 255, 255, 255, 255, 255, 255, 255, (byte)'{']),
        ["a closing frame"] = x => x.SendAsync(HostileExchange.Frame(0x88, [])),
        ["endless fragments"] = x => EndlessAsync(x, null, HostileExchange.Frame(0x01, Spaces), 0x00),
        ["endless empty fragments"] = x => EndlessAsync(x, null, HostileExchange.Frame(0x01, []), 0x00),
        ["endless pings"] = x => EndlessAsync(x, null, HostileExchange.Frame(0x89, [1])),
    };

    private static byte[] Spaces => Ascii(new string(' ', 4096));

    [Theory]
    [InlineData("wrong id", RpcErrorKind.Malformed)]
    [InlineData("id of another type", RpcErrorKind.Malformed)]
    [InlineData("garbage", RpcErrorKind.Malformed)]
    [InlineData("nothing", RpcErrorKind.Malformed)]
    [InlineData("half an answer", RpcErrorKind.Malformed)]
    [InlineData("a page", RpcErrorKind.Malformed)]
    [InlineData("a page with status 502", RpcErrorKind.Rejected)]
    [InlineData("a redirect", RpcErrorKind.Rejected)]
    [InlineData("an error object", RpcErrorKind.Rejected)]
    [InlineData("an error object with status 429", RpcErrorKind.Rejected)]
    [InlineData("wrong shape", RpcErrorKind.Malformed)]
    [InlineData("deep nesting", RpcErrorKind.Malformed)]
    [InlineData("fields twice", RpcErrorKind.Malformed)]
    [InlineData("two answers", RpcErrorKind.Malformed)]
    [InlineData("a reset", RpcErrorKind.Unreachable)]
    [InlineData("silence", RpcErrorKind.Timeout)]
    [InlineData("a slow body", RpcErrorKind.Timeout)]
    [InlineData("an endless body", RpcErrorKind.TooLarge)]
    [InlineData("endless headers", RpcErrorKind.Unreachable)]
    [InlineData("a body said to be huge", RpcErrorKind.TooLarge)]
    [InlineData("a body cut off", RpcErrorKind.Unreachable)]
    [InlineData("no HTTP at all", RpcErrorKind.Unreachable)]
    public async Task Over_http_it_is_a_fault_and_the_next_answer_counts_again(
        string manner, RpcErrorKind expected)
    {
        await using HostileServer server = new(_manners[manner]);
        await using JsonRpcProvider provider = new(
            new HttpTransport(server.Endpoint, TimeLimit(expected), AnswerBytesMax), expectedChainId: null);
        await AssertFaultAsync(server, provider, manner, expected);
    }

    [Theory]
    [InlineData("wrong id", RpcErrorKind.Malformed)]
    [InlineData("garbage", RpcErrorKind.Malformed)]
    [InlineData("nothing", RpcErrorKind.Malformed)]
    [InlineData("an error object", RpcErrorKind.Rejected)]
    [InlineData("deep nesting", RpcErrorKind.Malformed)]
    [InlineData("two answers", RpcErrorKind.Malformed)]
    [InlineData("a reset", RpcErrorKind.Unreachable)]
    [InlineData("silence", RpcErrorKind.Timeout)]
    [InlineData("a binary frame", RpcErrorKind.Malformed)]
    [InlineData("a frame with reserved bits", RpcErrorKind.Unreachable)]
    [InlineData("a frame said to be huge", RpcErrorKind.Timeout)]
    [InlineData("a closing frame", RpcErrorKind.Unreachable)]
    [InlineData("endless fragments", RpcErrorKind.TooLarge)]
    [InlineData("endless empty fragments", RpcErrorKind.Timeout)]
    [InlineData("endless pings", RpcErrorKind.Timeout)]
    public async Task Over_a_WebSocket_it_is_a_fault_and_the_next_answer_counts_again(
        string manner, RpcErrorKind expected)
    {
        await using HostileServer server = new(_manners[manner]);
        await using JsonRpcProvider provider = new(
            new WebSocketTransport(server.WebSocketEndpoint, TimeLimit(expected), AnswerBytesMax),
            expectedChainId: null);
        await AssertFaultAsync(server, provider, manner, expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_of_another_chain_is_asked_nothing_else(bool isWebSocket)
    {
        List<string> asked = [];
        await using HostileServer server = new(exchange =>
        {
            lock (asked)
                asked.Add(exchange.Body);
            return exchange.AnswerResultAsync("\"0x1\"");
        });
        await using JsonRpcProvider provider = JsonRpcProvider.Connect(
            isWebSocket ? server.WebSocketEndpoint : server.Endpoint, ChainId, _patience);
        RpcResult<ulong> head = await provider.GetBlockNumberAsync();
        Assert.Equal(RpcErrorKind.WrongChain, head.Kind);
        Assert.Contains("chain 1,", head.Fault.Message, StringComparison.Ordinal);
        Assert.All(asked, body => Assert.Contains("eth_chainId", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_break_the_chain_id_is_asked_for_again()
    {
        await using HostileServer server = new(
            x => x.AnswerResultAsync(x.AsksFor("eth_chainId") ? "\"0x7a69\"" : "\"0x5\""));
        await using JsonRpcProvider provider = JsonRpcProvider.Connect(server.Endpoint, ChainId, _patience);
        Assert.Equal(5UL, (await provider.GetBlockNumberAsync()).Value);
        server.Answer = _manners["a reset"];
        Assert.Equal(RpcErrorKind.Unreachable, (await provider.GetBlockNumberAsync()).Kind);
        server.Answer = x => x.AnswerResultAsync("\"0x1\"");
        Assert.Equal(RpcErrorKind.WrongChain, (await provider.GetBlockNumberAsync()).Kind);
    }

    [Fact]
    public async Task The_answers_of_a_batch_may_come_in_any_order_but_must_all_come_once()
    {
        await using HostileServer server = new(x => x.AnswerAsync(Batch(x, [2, 0, 1])));
        await using JsonRpcProvider provider = JsonRpcProvider.Connect(server.Endpoint, null, _patience);
        BlockHeader?[] headers = (await provider.GetBlocksAsync([10, 11, 12])).Value;
        Assert.Equal([10UL, 11, 12], headers.Select(header => header!.Number));
        foreach (int[] order in (int[][])[[0, 1], [0, 1, 1], [0, 1, 2, 2], [0, 1, 7], []])
        {
            server.Answer = x => x.AnswerAsync(Batch(x, order));
            Assert.Equal(RpcErrorKind.Malformed, (await provider.GetBlocksAsync([10, 11, 12])).Kind);
        }

        server.Answer = x => x.AnswerAsync("""{"id":null,"error":{"message":"no batches","code":-1 } }""");
        Assert.Equal(RpcErrorKind.Rejected, (await provider.GetBlocksAsync([10, 11, 12])).Kind);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable_and_says_where()
    {
        Uri gone;
        await using (HostileServer server = new(_manners["silence"]))
            gone = server.Endpoint;
        await using JsonRpcProvider http = JsonRpcProvider.Connect(gone, ChainId, _patience);
        await using JsonRpcProvider webSocket = JsonRpcProvider.Connect(
            new UriBuilder(gone) { Scheme = "ws" }.Uri, ChainId, _patience);
        foreach (JsonRpcProvider provider in (JsonRpcProvider[])[http, webSocket])
        {
            RpcResult<ulong> head = await provider.GetBlockNumberAsync();
            Assert.Equal(RpcErrorKind.Unreachable, head.Kind);
            Assert.Contains(gone.Authority, head.Fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_the_callers_own_cancellation_throws()
    {
        await using HostileServer server = new(_manners["silence"]);
        await using JsonRpcProvider http = JsonRpcProvider.Connect(server.Endpoint, null, _patience);
        await using JsonRpcProvider webSocket = JsonRpcProvider.Connect(
            server.WebSocketEndpoint, null, _patience);
        foreach (JsonRpcProvider provider in (JsonRpcProvider[])[http, webSocket])
        {
            using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => provider.GetBlockNumberAsync(cancel.Token));
        }
    }

    private static async Task AssertFaultAsync(
        HostileServer server, JsonRpcProvider provider, string manner, RpcErrorKind expected)
    {
        Stopwatch watch = Stopwatch.StartNew();
        RpcResult<ulong> answer = await provider.GetBlockNumberAsync();
        Assert.True(answer.Kind == expected, $"{manner}: {answer}");
        Assert.True(watch.Elapsed < 2 * _patience, $"{manner}: {watch.Elapsed}");
        Assert.DoesNotContain(answer.Fault.Message, char.IsControl);
        if (manner.StartsWith("an error object", StringComparison.Ordinal))
            Assert.Equal((-32005, "too many?requests"), (answer.Fault.Code, answer.Fault.Message));
        server.Answer = x => x.AnswerResultAsync("\"0x2a\"");
        RpcResult<ulong> next = await provider.GetBlockNumberAsync();
        for (int i = 1; i < AttemptsMax && next.Kind == RpcErrorKind.Timeout; i++)
            next = await provider.GetBlockNumberAsync(); // the short limit may be too short on a busy machine
        Assert.True(next.IsSuccess && next.Value == 42, $"after {manner}: {next}");
    }

    private static TimeSpan TimeLimit(RpcErrorKind expected) =>
        expected == RpcErrorKind.Timeout ? _short : _patience;

    private static async Task SlowBodyAsync(HostileExchange exchange)
    {
        await exchange.SendAsync(Ascii("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"));
        for (int i = 0; i < 5000; i++)
        {
            await exchange.SendAsync([(byte)' ']);
            await Task.Delay(50, exchange.Cancellation);
        }
    }

    // Ends when the other side hangs up; a reader that never does would get a gigabyte.
    private static async Task EndlessAsync(
        HostileExchange exchange, string? head, byte[] piece, byte? opcodeAfterFirst = null)
    {
        const long bytesMax = 1L << 30;
        if (head is not null)
            await exchange.SendAsync(Ascii(head));
        for (long sent = 0; sent < bytesMax; sent += piece.Length)
        {
            await exchange.SendAsync(piece);
            if (opcodeAfterFirst is { } opcode)
                piece[0] = opcode;
        }
    }

    private static string Batch(HostileExchange exchange, int[] order)
    {
        int first = int.Parse(exchange.Id, System.Globalization.CultureInfo.InvariantCulture);
        string hash = "0x" + new string('1', 64);
        return "[" + string.Join(',', order.Select(i =>
            $$"""{"id":{{first + i}},"result":{"number":"0x{{10 + i:x}}","hash":"{{hash}}","""
            + $$""" "parentHash":"{{hash}}","timestamp":"0x1","stateRoot":"{{hash}}" } }""")) + "]";
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
