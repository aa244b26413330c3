using System.Text;
using System.Text.Json;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// A chain provider over JSON-RPC 2.0. Before the first call, and after every loss of the
/// connection, the provider must state the expected chain id; until it does every call gives
/// <see cref="RpcErrorKind.WrongChain"/>. Answers are checked against the question where that
/// is possible. Thread-safe.
/// </summary>
public sealed partial class JsonRpcProvider : IChainProvider, IAsyncDisposable
{
    private readonly IJsonRpcTransport _transport;
    private readonly ulong? _expectedChainId;
    private long _lastId;
    private volatile bool _chainIsRight;

    /// <summary>A provider over any transport, which it then owns.</summary>
    /// <param name="transport">Carries requests and answers.</param>
    /// <param name="expectedChainId">The only chain id accepted; null accepts any.</param>
    public JsonRpcProvider(IJsonRpcTransport transport, ulong? expectedChainId)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        _expectedChainId = expectedChainId;
    }

    /// <summary>A provider at an http, https, ws or wss address.</summary>
    /// <param name="endpoint">Address.</param>
    /// <param name="expectedChainId">The only chain id accepted; null accepts any.</param>
    /// <param name="timeout">For one exchange; 10 s when null.</param>
    /// <exception cref="ArgumentException">The address has another scheme.</exception>
    public static JsonRpcProvider Connect(Uri endpoint, ulong? expectedChainId, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        TimeSpan limit = timeout ?? TimeSpan.FromSeconds(10);
        bool isWebSocket = endpoint.Scheme == Uri.UriSchemeWs || endpoint.Scheme == Uri.UriSchemeWss;
        IJsonRpcTransport transport = isWebSocket
            ? new WebSocketTransport(endpoint, limit)
            : new HttpTransport(endpoint, limit);
        return new JsonRpcProvider(transport, expectedChainId);
    }

    /// <inheritdoc/>
    public string Name => _transport.Name;

    /// <inheritdoc/>
    public Task<RpcResult<ulong>> GetChainIdAsync(CancellationToken cancellation = default) =>
        InvokeAsync("eth_chainId", "[]", RpcParsers.Quantity64, cancellation);

    /// <inheritdoc/>
    public Task<RpcResult<ulong>> GetBlockNumberAsync(CancellationToken cancellation = default) =>
        InvokeAsync("eth_blockNumber", "[]", RpcParsers.Quantity64, cancellation);

    /// <inheritdoc/>
    public async Task<RpcResult<BlockHeader?>> GetBlockAsync(
        BlockId block, CancellationToken cancellation = default)
    {
        string method = block.IsHash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
        RpcResult<BlockHeader?> answer = await InvokeAsync(
            method, $"[\"{block.ToParameter()}\",false]", RpcParsers.Header,
            cancellation).ConfigureAwait(false);
        bool isOther = answer.IsSuccess && answer.Value is { } header && !block.Names(header);
        return isOther
            ? RpcResult<BlockHeader?>.Fail(RpcErrorKind.Malformed, "another block than asked for")
            : answer;
    }

    /// <inheritdoc/>
    public async Task<RpcResult<BlockHeader?[]>> GetBlocksAsync(
        IReadOnlyList<ulong> numbers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numbers.Count, ChainLimits.BatchCallsMax);
        if (numbers.Count == 0) return RpcResult<BlockHeader?[]>.Ok([]);
        RpcFault? wrong = await CheckChainAsync(cancellation).ConfigureAwait(false);
        if (wrong is not null) return RpcResult<BlockHeader?[]>.Fail(wrong);
        long firstId = Interlocked.Add(ref _lastId, numbers.Count) - numbers.Count + 1;
        StringBuilder batch = new("[");
        for (int i = 0; i < numbers.Count; i++)
        {
            if (i > 0) batch.Append(',');
            batch.Append(RequestText(
                firstId + i, "eth_getBlockByNumber", $"[\"{HexText.FormatQuantity(numbers[i])}\",false]"));
        }
        RpcResult<byte[]> body = await SendAsync(batch.Append(']').ToString(), cancellation)
            .ConfigureAwait(false);
        return body.IsSuccess ? ReadHeaders(body.Value, firstId, numbers) : body.Cast<BlockHeader?[]>();
    }

    /// <inheritdoc/>
    public async Task<RpcResult<LogEntry[]>> GetLogsAsync(
        LogFilter filter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        RpcResult<LogEntry[]> answer = await InvokeAsync(
            "eth_getLogs", $"[{filter.ToJson()}]", RpcParsers.Logs, cancellation).ConfigureAwait(false);
        return answer.IsSuccess && !AreAskedAndOrdered(answer.Value, filter)
            ? RpcResult<LogEntry[]>.Fail(
                RpcErrorKind.Malformed, "logs that were not asked for, or out of order")
            : answer;
    }

    /// <inheritdoc/>
    public Task<RpcResult<byte[]>> CallAsync(
        CallRequest call, BlockId block, CancellationToken cancellation = default) =>
        InvokeAsync("eth_call", $"[{call.ToJson()},{block.ToJson()}]", RpcParsers.Data, cancellation);

    /// <inheritdoc/>
    public Task<RpcResult<ulong>> GetTransactionCountAsync(
        Address account, BlockId block, CancellationToken cancellation = default) =>
        InvokeAsync("eth_getTransactionCount", $"[\"{account.ToHex()}\",{block.ToJson()}]",
            RpcParsers.Quantity64, cancellation);

    /// <inheritdoc/>
    public Task<RpcResult<UInt256>> GetBalanceAsync(
        Address account, BlockId block, CancellationToken cancellation = default) =>
        InvokeAsync(
            "eth_getBalance", $"[\"{account.ToHex()}\",{block.ToJson()}]", RpcParsers.Quantity, cancellation);

    /// <inheritdoc/>
    public Task<RpcResult<ulong>> EstimateGasAsync(
        CallRequest call, CancellationToken cancellation = default) =>
        InvokeAsync("eth_estimateGas", $"[{call.ToJson()}]", RpcParsers.Quantity64, cancellation);

    /// <inheritdoc/>
    public Task<RpcResult<UInt256>> GetMaxPriorityFeePerGasAsync(CancellationToken cancellation = default) =>
        InvokeAsync("eth_maxPriorityFeePerGas", "[]", RpcParsers.Quantity, cancellation);

    /// <inheritdoc/>
    public async Task<RpcResult<Bytes32>> SendRawTransactionAsync(
        ReadOnlyMemory<byte> transaction, CancellationToken cancellation = default)
    {
        RpcResult<Bytes32> answer = await InvokeAsync("eth_sendRawTransaction",
            $"[\"{HexText.Format(transaction.Span)}\"]", RpcParsers.Hash, cancellation).ConfigureAwait(false);
        return answer.IsSuccess && answer.Value != MerklePatricia.Hash(transaction.Span)
            ? RpcResult<Bytes32>.Fail(RpcErrorKind.Malformed, "the hash of another transaction")
            : answer;
    }

    /// <inheritdoc/>
    public async Task<RpcResult<TransactionReceipt?>> GetTransactionReceiptAsync(
        Bytes32 transactionHash, CancellationToken cancellation = default)
    {
        RpcResult<TransactionReceipt?> answer = await InvokeAsync("eth_getTransactionReceipt",
            $"[\"{transactionHash}\"]", RpcParsers.Receipt, cancellation).ConfigureAwait(false);
        bool isOther = answer.IsSuccess && answer.Value is { } receipt
            && receipt.TransactionHash != transactionHash;
        return isOther
            ? RpcResult<TransactionReceipt?>.Fail(
                RpcErrorKind.Malformed, "the receipt of another transaction")
            : answer;
    }

    /// <inheritdoc/>
    public async Task<RpcResult<AccountProof>> GetProofAsync(
        Address account, IReadOnlyList<Bytes32> slots, BlockId block,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots.Count, ChainLimits.ProofSlotsMax);
        string list = string.Join(',', slots.Select(slot => $"\"{slot}\""));
        RpcResult<AccountProof> answer = await InvokeAsync("eth_getProof",
            $"[\"{account.ToHex()}\",[{list}],{block.ToJson()}]", RpcParsers.Proof,
            cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess) return answer;
        AccountProof proof = answer.Value;
        bool isAsked = proof.Address == account && proof.Storage.Select(s => s.Slot).SequenceEqual(slots);
        return isAsked
            ? answer
            : RpcResult<AccountProof>.Fail(RpcErrorKind.Malformed, "a proof of something else");
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The method is no identifier or the parameters are no JSON array.
    /// </exception>
    public Task<RpcResult<byte[]>> CallAsync(
        string method, string parametersJson, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentException.ThrowIfNullOrEmpty(parametersJson);
        if (!method.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException("Not a method name.", nameof(method));
        CheckArray(parametersJson);
        return InvokeAsync(
            method, parametersJson, json => RpcResult<byte[]>.Ok(json.ToArray()), cancellation);
    }

    /// <summary>Closes the transport.</summary>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private delegate RpcResult<T> ResultParser<T>(ReadOnlySpan<byte> json);

    private async Task<RpcResult<T>> InvokeAsync<T>(
        string method, string parameters, ResultParser<T> parser, CancellationToken cancellation)
    {
        RpcFault? wrong = await CheckChainAsync(cancellation).ConfigureAwait(false);
        return wrong is null
            ? await InvokeUncheckedAsync(method, parameters, parser, cancellation).ConfigureAwait(false)
            : RpcResult<T>.Fail(wrong);
    }

    private async Task<RpcResult<T>> InvokeUncheckedAsync<T>(
        string method, string parameters, ResultParser<T> parser, CancellationToken cancellation)
    {
        long id = Interlocked.Increment(ref _lastId);
        RpcResult<byte[]> body = await SendAsync(RequestText(id, method, parameters), cancellation)
            .ConfigureAwait(false);
        if (!body.IsSuccess) return body.Cast<T>();
        RpcResult<Range> result = JsonRpcAnswer.Read(body.Value, id);
        RpcResult<T> value = result.IsSuccess ? parser(body.Value.AsSpan(result.Value)) : result.Cast<T>();
        return value.Kind == RpcErrorKind.Malformed
            ? RpcResult<T>.Fail(RpcErrorKind.Malformed, $"{Name}: {method}: {value.Fault.Message}")
            : value;
    }

    private async Task<RpcFault?> CheckChainAsync(CancellationToken cancellation)
    {
        if (_expectedChainId is not { } expected || _chainIsRight) return null;
        RpcResult<ulong> id = await InvokeUncheckedAsync(
            "eth_chainId", "[]", RpcParsers.Quantity64, cancellation)
            .ConfigureAwait(false);
        if (!id.IsSuccess) return id.Fault;
        if (id.Value != expected)
        {
            return new RpcFault(
                RpcErrorKind.WrongChain, $"{Name} serves chain {id.Value}, and chain {expected} is wanted");
        }
        _chainIsRight = true;
        return null;
    }

    private async Task<RpcResult<byte[]>> SendAsync(string request, CancellationToken cancellation)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(request);
        if (bytes.Length > ChainLimits.RequestBytesMax)
            return RpcResult<byte[]>.Fail(RpcErrorKind.TooLarge, $"a request of {bytes.Length} bytes");
        RpcResult<byte[]> body = await _transport.SendAsync(bytes, cancellation).ConfigureAwait(false);
        // What comes back at this address after a break may be another node.
        if (body.Kind is RpcErrorKind.Unreachable or RpcErrorKind.Timeout) _chainIsRight = false;
        return body;
    }

    private RpcResult<BlockHeader?[]> ReadHeaders(byte[] body, long firstId, IReadOnlyList<ulong> numbers)
    {
        RpcResult<RpcResult<Range>[]> batch = JsonRpcAnswer.ReadBatch(body, firstId, numbers.Count);
        if (!batch.IsSuccess) return batch.Cast<BlockHeader?[]>();
        BlockHeader?[] headers = new BlockHeader?[numbers.Count];
        for (int i = 0; i < headers.Length; i++)
        {
            RpcResult<Range> member = batch.Value[i];
            if (!member.IsSuccess) return member.Cast<BlockHeader?[]>();
            RpcResult<BlockHeader?> header = RpcParsers.Header(body.AsSpan(member.Value));
            if (!header.IsSuccess) return header.Cast<BlockHeader?[]>();
            headers[i] = header.Value;
            if (headers[i] is { } known && known.Number != numbers[i])
                return RpcResult<BlockHeader?[]>.Fail(
                    RpcErrorKind.Malformed, $"{Name}: another block than asked for");
        }
        return RpcResult<BlockHeader?[]>.Ok(headers);
    }

    private static bool AreAskedAndOrdered(LogEntry[] logs, LogFilter filter)
    {
        for (int i = 0; i < logs.Length; i++)
        {
            if (!filter.Matches(logs[i])) return false;
            if (i == 0) continue;
            (LogEntry before, LogEntry log) = (logs[i - 1], logs[i]);
            if (log.BlockNumber < before.BlockNumber) return false;
            if (log.BlockNumber == before.BlockNumber
                && (log.BlockHash != before.BlockHash || log.LogIndex <= before.LogIndex))
                return false;
        }
        return true;
    }

    private static string RequestText(long id, string method, string parameters) =>
        $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{parameters}}}";

    private static void CheckArray(string json)
    {
        bool isArray;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            isArray = document.RootElement.ValueKind == JsonValueKind.Array;
        }
        catch (JsonException)
        {
            isArray = false;
        }
        if (!isArray) throw new ArgumentException("Parameters are a JSON array.", nameof(json));
    }
}
