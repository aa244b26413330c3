using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// A provider that only pretends: it counts nonces as a node does and runs nothing. What goes wrong is set by
/// the test.
/// </summary>
internal sealed class RegistryPretender : IChainProvider
{
    public const ulong BaseFee = 7;
    public const ulong GasEstimate = 100_000;

    private readonly Dictionary<Bytes32, int> _receiptsAsked = [];

    /// <summary>Nonces of the transactions taken, in order.</summary>
    public List<ulong> Taken { get; } = [];

    /// <summary>The unsigned fields of the transactions taken: chain id, nonce, tip, fee, gas.</summary>
    public List<ulong[]> Fields { get; } = [];

    public ulong PendingNonce { get; set; }

    public int NonceReads { get; private set; }

    /// <summary>Times that a receipt is null before it is there.</summary>
    public int ReceiptDelay { get; set; }

    public bool IsReverted { get; set; }

    /// <summary>Answer to a send, after (true) or instead of (false) taking the transaction.</summary>
    public Queue<(bool Take, RpcFault Fault)> SendFaults { get; } = [];

    public RpcResult<ulong> Gas { get; set; } = RpcResult<ulong>.Ok(GasEstimate);

    public RpcResult<UInt256> Tip { get; set; } = RpcResult<UInt256>.Ok(3);

    public RpcResult<byte[]> Call { get; set; } = RpcResult<byte[]>.Ok([]);

    public string Name => "pretender";

    public Task<RpcResult<ulong>> EstimateGasAsync(
        CallRequest call, CancellationToken cancellation = default) =>
        Task.FromResult(Gas);

    public Task<RpcResult<UInt256>> GetMaxPriorityFeePerGasAsync(CancellationToken cancellation = default) =>
        Task.FromResult(Tip);

    public Task<RpcResult<byte[]>> CallAsync(
        CallRequest call, BlockId block, CancellationToken cancellation = default) => Task.FromResult(Call);

    public Task<RpcResult<BlockHeader?>> GetBlockAsync(
        BlockId block, CancellationToken cancellation = default)
    {
        BlockHeader head = new(9, default, default, 1000, default, BaseFee);
        return Task.FromResult(RpcResult<BlockHeader?>.Ok(head));
    }

    public Task<RpcResult<ulong>> GetTransactionCountAsync(
        Address account, BlockId block, CancellationToken cancellation = default)
    {
        Assert.Equal(BlockId.Pending, block);
        NonceReads++;
        return Task.FromResult(RpcResult<ulong>.Ok(PendingNonce));
    }

    public async Task<RpcResult<Bytes32>> SendRawTransactionAsync(
        ReadOnlyMemory<byte> transaction, CancellationToken cancellation = default)
    {
        await Task.Yield();
        Bytes32 hash = MerklePatricia.Hash(transaction.Span);
        bool isPlanned = SendFaults.TryDequeue(out (bool Take, RpcFault Fault) planned);
        if (isPlanned && !planned.Take) return RpcResult<Bytes32>.Fail(planned.Fault);
        ulong[] fields = ReadFields(transaction.Span);
        if (_receiptsAsked.ContainsKey(hash)) return Refuse("already known");
        if (fields[1] < PendingNonce) return Refuse("nonce too low: next nonce 5, tx nonce 4");
        Assert.Equal(PendingNonce, fields[1]);
        PendingNonce++;
        Taken.Add(fields[1]);
        Fields.Add(fields);
        _receiptsAsked[hash] = 0;
        return isPlanned ? RpcResult<Bytes32>.Fail(planned.Fault) : RpcResult<Bytes32>.Ok(hash);
    }

    public Task<RpcResult<TransactionReceipt?>> GetTransactionReceiptAsync(
        Bytes32 transactionHash, CancellationToken cancellation = default)
    {
        bool isMined = _receiptsAsked.TryGetValue(transactionHash, out int asked) && asked >= ReceiptDelay;
        _receiptsAsked[transactionHash] = asked + 1;
        TransactionReceipt receipt = new(transactionHash, 10, default, !IsReverted, 1, 1, null, []);
        return Task.FromResult(RpcResult<TransactionReceipt?>.Ok(isMined ? receipt : null));
    }

    public Task<RpcResult<ulong>> GetChainIdAsync(CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<ulong>> GetBlockNumberAsync(CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<BlockHeader?[]>> GetBlocksAsync(
        IReadOnlyList<ulong> numbers, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<LogEntry[]>> GetLogsAsync(
        LogFilter filter, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<UInt256>> GetBalanceAsync(
        Address account, BlockId block, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<AccountProof>> GetProofAsync(
        Address account,
        IReadOnlyList<Bytes32> slots,
        BlockId block,
        CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<RpcResult<byte[]>> CallAsync(
        string method, string parametersJson, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    private static RpcResult<Bytes32> Refuse(string message) =>
        RpcResult<Bytes32>.Fail(RpcErrorKind.Rejected, message);

    private static ulong[] ReadFields(ReadOnlySpan<byte> transaction)
    {
        Assert.Equal(2, transaction[0]);
        RlpReader outer = new(transaction[1..]);
        Assert.True(outer.TryReadList(out RlpReader items) && outer.IsAtEnd);
        ulong[] fields = new ulong[5];
        foreach (ref ulong field in fields.AsSpan()) Assert.True(items.TryReadUInt64(out field));
        return fields;
    }
}
