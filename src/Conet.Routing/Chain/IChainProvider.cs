using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// One source of chain data. It is not trusted: answers are checked for form and against the question, never
/// for truth. Bad answers come back as faults; the only exception is <see cref="OperationCanceledException"/>
/// when the caller's token is cancelled. Thread-safe.
/// </summary>
public interface IChainProvider
{
    /// <summary>Host and port, for messages. Never holds a path or a query: those carry keys.</summary>
    string Name { get; }

    /// <summary>Chain id (EIP-155).</summary>
    Task<RpcResult<ulong>> GetChainIdAsync(CancellationToken cancellation = default);

    /// <summary>Number of the head block.</summary>
    Task<RpcResult<ulong>> GetBlockNumberAsync(CancellationToken cancellation = default);

    /// <summary>Header of a block; null when the provider does not know it.</summary>
    Task<RpcResult<BlockHeader?>> GetBlockAsync(BlockId block, CancellationToken cancellation = default);

    /// <summary>
    /// Headers of several blocks in one batch, in the order asked; null for unknown ones. At most
    /// <see cref="ChainLimits.BatchCallsMax"/>.
    /// </summary>
    Task<RpcResult<BlockHeader?[]>> GetBlocksAsync(
        IReadOnlyList<ulong> numbers, CancellationToken cancellation = default);

    /// <summary>
    /// Logs that match the filter, ordered by block number and log index; any other answer is malformed.
    /// </summary>
    Task<RpcResult<LogEntry[]>> GetLogsAsync(LogFilter filter, CancellationToken cancellation = default);

    /// <summary>Simulates a call and gives its return data. Revert data comes in the fault.</summary>
    Task<RpcResult<byte[]>> CallAsync(
        CallRequest call, BlockId block, CancellationToken cancellation = default);

    /// <summary>Number of transactions sent from an account: its next nonce.</summary>
    Task<RpcResult<ulong>> GetTransactionCountAsync(
        Address account, BlockId block, CancellationToken cancellation = default);

    /// <summary>Balance in wei.</summary>
    Task<RpcResult<UInt256>> GetBalanceAsync(
        Address account, BlockId block, CancellationToken cancellation = default);

    /// <summary>Gas that a call would need.</summary>
    Task<RpcResult<ulong>> EstimateGasAsync(CallRequest call, CancellationToken cancellation = default);

    /// <summary>Suggested tip in wei per gas.</summary>
    Task<RpcResult<UInt256>> GetMaxPriorityFeePerGasAsync(CancellationToken cancellation = default);

    /// <summary>Hands over a signed transaction and gives its hash as the provider states it.</summary>
    Task<RpcResult<Bytes32>> SendRawTransactionAsync(
        ReadOnlyMemory<byte> transaction, CancellationToken cancellation = default);

    /// <summary>
    /// Receipt of a transaction; null while it is not mined (also for a moment right after sending).
    /// </summary>
    Task<RpcResult<TransactionReceipt?>> GetTransactionReceiptAsync(
        Bytes32 transactionHash, CancellationToken cancellation = default);

    /// <summary>Proof of an account and some of its storage slots, not yet verified.</summary>
    Task<RpcResult<AccountProof>> GetProofAsync(
        Address account, IReadOnlyList<Bytes32> slots, BlockId block,
        CancellationToken cancellation = default);

    /// <summary>
    /// Words of an account's storage, in the order asked; at most <see cref="ChainLimits.BatchCallsMax"/>.
    /// Asked one by one unless the provider can do better.
    /// </summary>
    async Task<RpcResult<Bytes32[]>> GetStorageAsync(
        Address account, IReadOnlyList<Bytes32> slots, BlockId block,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots.Count, ChainLimits.BatchCallsMax);
        Bytes32[] words = new Bytes32[slots.Count];
        for (int i = 0; i < words.Length; i++)
        {
            RpcResult<byte[]> answer = await CallAsync(
                StorageWords.Method, StorageWords.Parameters(account, slots[i], block), cancellation)
                .ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer.Cast<Bytes32[]>();
            RpcResult<Bytes32> word = RpcParsers.Hash(answer.Value);
            if (!word.IsSuccess)
                return word.Cast<Bytes32[]>();
            words[i] = word.Value;
        }

        return RpcResult<Bytes32[]>.Ok(words);
    }

    /// <summary>
    /// Any other method. <paramref name="parametersJson"/> is a JSON array; the result is the JSON of the
    /// answer's "result", well formed and bounded.
    /// </summary>
    Task<RpcResult<byte[]>> CallAsync(
        string method, string parametersJson, CancellationToken cancellation = default);
}
