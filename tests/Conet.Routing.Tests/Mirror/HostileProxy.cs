using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conet.Routing.Chain;
using Conet.Routing.Tests.Anvil;
using Conet.Routing.Tests.Chain;

namespace Conet.Routing.Tests.Mirror;

/// <summary>
/// An HTTP provider in front of anvil that answers as anvil does but for its vice, which may change at any
/// moment.
/// </summary>
internal sealed class HostileProxy : IAsyncDisposable
{
    private const int LogsCap = 2;
    private const int RangeMax = 3;
    private const int AnswerBytesMax = 1 << 20;
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(1);

    private readonly AnvilProcess _anvil;
    private readonly HostileServer _server;
    private readonly byte _mark;
    private Vice _vice;
    private string? _frozen;
    private int _logLies;

    public HostileProxy(AnvilProcess anvil, int index)
    {
        _anvil = anvil;
        _mark = (byte)(index + 1);
        _server = new HostileServer(AnswerAsync);
        Provider = new JsonRpcProvider(
            new HttpTransport(_server.Endpoint, _timeout, AnswerBytesMax), AnvilProcess.DefaultChainId);
    }

    public JsonRpcProvider Provider { get; }

    public string Name => Provider.Name;

    /// <summary>Answers to log queries that were not the chain's.</summary>
    public int LogLies => Volatile.Read(ref _logLies);

    public Vice Vice
    {
        get => _vice;
        set
        {
            _frozen = null;
            _vice = value;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HostileExchange exchange)
    {
        Vice vice = Vice;
        using JsonDocument request = JsonDocument.Parse(exchange.Body);
        string method = request.RootElement.Text("method");
        JsonElement parameters = request.RootElement.GetProperty("params");
        if (await MisbehaveAsync(vice, exchange, method))
            return;
        if (vice == Vice.NoProofs && method == "eth_getProof")
        {
            await exchange.AnswerAsync(
                $$"""{"id":{{exchange.Id}},"error":{"message":"no such method","code":-32601 } }""");
            return;
        }

        if (vice == Vice.RefusesRanges && method == "eth_getLogs" && BlocksOf(parameters) > RangeMax)
        {
            string refusal = $"limited to a {RangeMax} block range";
            await exchange.AnswerAsync(
                $$"""{"id":{{exchange.Id}},"error":{"message":"{{refusal}}","code":-32005 } }""");
            return;
        }

        RpcResult<byte[]> truth = await _anvil.Rpc.CallAsync(method, parameters.GetRawText());
        if (!truth.IsSuccess)
        {
            string text = JsonSerializer.Serialize(truth.Fault.Message);
            await exchange.AnswerAsync(
                $$"""{"id":{{exchange.Id}},"error":{"message":{{text}},"code":{{truth.Fault.Code}} } }""");
            return;
        }

        JsonNode? result = JsonNode.Parse(truth.Value);
        result = method switch
        {
            "eth_chainId" when vice == Vice.OtherChain => "0x5",
            "eth_getLogs" => SpoilLogs(vice, result!.AsArray()),
            "eth_getProof" when vice == Vice.FalseProofs => SpoilProof(result!),
            "eth_getBlockByNumber" or "eth_getBlockByHash" =>
                await SpoilBlockAsync(vice, parameters[0].GetString()!, result),
            _ => result,
        };
        await exchange.AnswerResultAsync(result?.ToJsonString() ?? "null");
    }

    // True if the request was dealt with.
    private static async Task<bool> MisbehaveAsync(Vice vice, HostileExchange exchange, string method)
    {
        switch (vice)
        {
            case Vice.Stalls:
                await Task.Delay(Timeout.Infinite, exchange.Cancellation);
                return true;
            case Vice.Flaps when Random.Shared.Next(3) == 0:
                exchange.Reset();
                return true;
            case Vice.Slow:
                await Task.Delay(Random.Shared.Next(400), exchange.Cancellation);
                return false;
            case Vice.Endless when method != "eth_chainId":
                await exchange.SendAsync(
                    Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
                byte[] chunk = Encoding.ASCII.GetBytes("10000\r\n" + new string(' ', 0x10000) + "\r\n");
                while (true)
                    await exchange.SendAsync(chunk);
            case Vice.SaysTenGigabytes when method != "eth_chainId":
                await exchange.SendAsync(
                    Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n{"));
                return true;
            case Vice.DeepJson when method != "eth_chainId":
                await exchange.AnswerResultAsync(new string('[', 100_000) + new string(']', 100_000));
                return true;
            default:
                return false;
        }
    }

    private static ulong BlocksOf(JsonElement parameters) =>
        parameters[0].TryGetProperty("fromBlock", out JsonElement from)
            ? Number(parameters[0].Text("toBlock")) - Number(from.GetString()!) + 1
            : 1;

    private static ulong Number(string hex) => Convert.ToUInt64(hex, 16);

    private JsonArray SpoilLogs(Vice vice, JsonArray logs)
    {
        if (logs.Count == 0)
            return logs;
        int victim = Random.Shared.Next(logs.Count);
        switch (vice)
        {
            case Vice.OmitsLogs:
                logs.RemoveAt(victim);
                break;
            case Vice.AltersLogs:
                string data = logs[victim]!["data"]!.GetValue<string>();
                logs[victim]!["data"] = data[..^1] + (data[^1] == '1' ? '2' : '1');
                break;
            case Vice.SwapsLogs:
                victim = logs.Count - 1;
                string address = logs[victim]!["address"]!.GetValue<string>();
                int other = logs.ToList().FindIndex(
                    log => log!["address"]!.GetValue<string>() == address);
                if (other == victim)
                    return logs;
                foreach (string field in (string[])["topics", "data"])
                {
                    JsonNode one = logs[victim]![field]!.DeepClone();
                    logs[victim]![field] = logs[other]![field]!.DeepClone();
                    logs[other]![field] = one;
                }

                break;
            case Vice.RepeatsLogs:
                JsonNode again = logs[^1]!.DeepClone();
                again["logIndex"] = HexText.FormatQuantity(
                    Number(again["logIndex"]!.GetValue<string>()) + 1);
                logs.Add(again);
                break;
            case Vice.CutsLogs when logs.Count > LogsCap:
                while (logs.Count > LogsCap)
                    logs.RemoveAt(logs.Count - 1);
                break;
            default:
                return logs;
        }

        Interlocked.Increment(ref _logLies);
        return logs;
    }

    private static JsonNode SpoilProof(JsonNode proof)
    {
        JsonArray nodes = proof["storageProof"]![0]!["proof"]!.AsArray();
        if (nodes.Count == 0)
            nodes = proof["accountProof"]!.AsArray();
        string node = nodes[^1]!.GetValue<string>();
        nodes[^1] = node[..^1] + (node[^1] == '1' ? '2' : '1');
        return proof;
    }

    private async Task<JsonNode?> SpoilBlockAsync(Vice vice, string asked, JsonNode? block)
    {
        if (vice is Vice.StaleHeads or Vice.InventsBlocks)
        {
            string head = await HeadAsync(vice);
            JsonNode node = JsonNode.Parse(head)!;
            bool isTag = !asked.StartsWith("0x", StringComparison.Ordinal);
            if (asked == "latest" || asked == node["hash"]!.GetValue<string>()
                || asked == node["number"]!.GetValue<string>())
                return node;
            if (isTag || block is null || asked.Length > 20)
                return block;
            return Number(asked) > Number(node["number"]!.GetValue<string>()) ? null : block;
        }

        if (vice == Vice.FalseHeaders && block is not null)
            block["parentHash"] = "0x" + new string('7', 64);
        return block;
    }

    // A head that stays what it was, or one with a state and a hash of its own on top of the true one.
    private async Task<string> HeadAsync(Vice vice)
    {
        string? frozen = _frozen;
        if (frozen is not null)
            return frozen;
        string head = await _anvil.CallAsync("eth_getBlockByNumber", "[\"latest\",false]");
        if (vice == Vice.InventsBlocks)
        {
            JsonNode node = JsonNode.Parse(head)!;
            node["parentHash"] = node["hash"]!.GetValue<string>();
            node["number"] = HexText.FormatQuantity(Number(node["number"]!.GetValue<string>()) + 1);
            node["stateRoot"] = "0x" + new string((char)('a' + _mark % 6), 64);
            node["hash"] = SlowHeader.HashOf(node).ToString();
            head = node.ToJsonString();
        }

        _frozen = head;
        return head;
    }
}
