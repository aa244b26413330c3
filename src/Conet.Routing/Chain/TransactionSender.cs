using System.Diagnostics;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Sends the transactions of one wallet (EIP-1559) and waits until they are mined. Nonces are read once and
/// then kept here, so any number of tasks may send through one sender at once; a wallet should have one
/// sender at a time. Everything that goes wrong on the chain is a fault, never an exception. Neither wallet
/// nor provider is owned.
/// </summary>
/// <param name="provider">Where transactions go.</param>
/// <param name="wallet">Signs and pays.</param>
/// <param name="chainId">EIP-155 chain id that transactions are bound to.</param>
public sealed class TransactionSender(IChainProvider provider, Wallet wallet, ulong chainId)
{
    private const int GasMarginPercent = 20;
    private const int PollFirstMs = 20, PollMsMax = 1000;

    private readonly Wallet _wallet = wallet;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private ulong? _nonce;

    /// <summary>Where transactions go.</summary>
    public IChainProvider Provider { get; } = provider;

    /// <summary>EIP-155 chain id that transactions are bound to.</summary>
    public ulong ChainId { get; } = chainId;

    /// <summary>The wallet that signs and pays.</summary>
    public Address Sender => _wallet.Address;

    /// <summary>How long to wait for a transaction to be mined.</summary>
    public TimeSpan ReceiptTimeout { get; init; } = TimeSpan.FromSeconds(ChainLimits.ReceiptSecondsMax);

    /// <summary>The contract that a transaction created; false when the receipt names none.</summary>
    public static bool TryGetContract(TransactionReceipt receipt, out Address contract)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        contract = receipt.ContractAddress.GetValueOrDefault();
        return receipt.ContractAddress is not null;
    }

    /// <summary>
    /// Signs, sends and waits. A success is a mined transaction that was not reverted. A revert, in the
    /// simulation before or in the block, is a fault of kind <see cref="RpcErrorKind.Reverted"/> that names
    /// the contract's error.
    /// </summary>
    /// <param name="to">Contract or account; null creates a contract.</param>
    /// <param name="data">Call data or creation code.</param>
    /// <param name="value">Wei sent along.</param>
    /// <param name="ct">Stops waiting; what was sent by then stays sent.</param>
    public async Task<RpcResult<TransactionReceipt>> SendAsync(
        Address? to, ReadOnlyMemory<byte> data, UInt256 value, CancellationToken ct = default)
    {
        CallRequest call = new(to, data, Sender, value);
        RpcResult<Transaction> draft = await DraftAsync(call, ct).ConfigureAwait(false);
        if (!draft.IsSuccess) return draft.Cast<TransactionReceipt>();
        RpcResult<Bytes32> sent = await SubmitAsync(draft.Value, ct).ConfigureAwait(false);
        if (!sent.IsSuccess) return sent.Cast<TransactionReceipt>();
        RpcResult<TransactionReceipt> mined = await WaitAsync(sent.Value, ct).ConfigureAwait(false);
        if (!mined.IsSuccess || mined.Value.Succeeded) return mined;
        RpcFault why = await ExplainAsync(call, mined.Value, ct).ConfigureAwait(false);
        return RpcResult<TransactionReceipt>.Fail(why);
    }

    private async Task<RpcResult<Transaction>> DraftAsync(CallRequest call, CancellationToken ct)
    {
        RpcResult<ulong> gas = await Provider.EstimateGasAsync(call, ct).ConfigureAwait(false);
        if (!gas.IsSuccess) return RpcResult<Transaction>.Fail(RevertReason.Name(gas.Fault));
        if (gas.Value > ChainLimits.GasMax) return Malformed<Transaction>($"a gas estimate of {gas.Value}");

        RpcResult<BlockHeader?> head = await Provider.GetBlockAsync(BlockId.Latest, ct).ConfigureAwait(false);
        if (!head.IsSuccess) return head.Cast<Transaction>();
        if (head.Value?.BaseFeePerGas is not { } baseFee || !TryRead(baseFee, out ulong baseWei))
            return Malformed<Transaction>("the latest block has no base fee, or one beyond all reason");
        RpcResult<UInt256> suggested = await Provider.GetMaxPriorityFeePerGasAsync(ct).ConfigureAwait(false);
        // Providers without the method refuse it; the least that miners take is offered then.
        bool isRefused = suggested.Kind == RpcErrorKind.Rejected;
        if (!suggested.IsSuccess && !isRefused) return suggested.Cast<Transaction>();
        ulong tip = ChainLimits.TipWeiDefault;
        if (!isRefused && TryRead(suggested.Value, out ulong wei)) tip = Math.Min(wei, ChainLimits.TipWeiMax);

        return RpcResult<Transaction>.Ok(new Transaction
        {
            ChainId = ChainId,
            GasLimit = gas.Value + gas.Value * GasMarginPercent / 100,
            MaxFeePerGas = 2 * baseWei + tip,
            MaxPriorityFeePerGas = tip,
            To = call.To,
            Value = call.Value,
            Data = call.Data,
        });
    }

    // One at a time, so that nonces reach the provider in order and a refused one is free again for the next.
    private async Task<RpcResult<Bytes32>> SubmitAsync(Transaction draft, CancellationToken ct)
    {
        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                RpcResult<ulong> nonce = await NextNonceAsync(ct).ConfigureAwait(false);
                if (!nonce.IsSuccess) return nonce.Cast<Bytes32>();
                byte[] signed = (draft with { Nonce = nonce.Value }).Sign(TransactionKind.Eip1559, _wallet);
                // Until the provider has answered, the nonce may or may not be used: a cancelled send reads
                // it anew.
                _nonce = null;
                RpcResult<Bytes32> sent = await HandOverAsync(signed, ct).ConfigureAwait(false);
                if (sent.IsSuccess)
                {
                    _nonce = nonce.Value + 1;
                    return sent;
                }
                if (!IsNonceTaken(sent.Fault) || attempt == ChainLimits.NonceAttemptsMax)
                    return RpcResult<Bytes32>.Fail(RevertReason.Name(sent.Fault));
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<RpcResult<ulong>> NextNonceAsync(CancellationToken ct) => _nonce is { } known
        ? RpcResult<ulong>.Ok(known)
        : await Provider.GetTransactionCountAsync(Sender, BlockId.Pending, ct).ConfigureAwait(false);

    // A lost answer does not tell whether the transaction arrived; handing over the same bytes again is
    // harmless.
    private async Task<RpcResult<Bytes32>> HandOverAsync(byte[] signed, CancellationToken ct)
    {
        Bytes32 hash = MerklePatricia.Hash(signed);
        bool mayHaveArrived = false;
        for (int attempt = 1; ; attempt++)
        {
            RpcResult<Bytes32> sent =
                await Provider.SendRawTransactionAsync(signed, ct).ConfigureAwait(false);
            if (sent.IsSuccess || IsKnown(sent.Fault)) return RpcResult<Bytes32>.Ok(hash);
            if (mayHaveArrived && IsNonceTaken(sent.Fault)
                && await IsMinedAsync(hash, ct).ConfigureAwait(false))
                return RpcResult<Bytes32>.Ok(hash);
            bool isLost = sent.Kind is RpcErrorKind.Timeout or RpcErrorKind.Unreachable;
            if (!isLost || attempt == ChainLimits.SendAttemptsMax) return sent;
            mayHaveArrived = true;
        }
    }

    private async Task<bool> IsMinedAsync(Bytes32 hash, CancellationToken ct)
    {
        RpcResult<TransactionReceipt?> receipt =
            await Provider.GetTransactionReceiptAsync(hash, ct).ConfigureAwait(false);
        return receipt.IsSuccess && receipt.Value is not null;
    }

    private async Task<RpcResult<TransactionReceipt>> WaitAsync(Bytes32 hash, CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        int pauseMs = PollFirstMs;
        while (true)
        {
            RpcResult<TransactionReceipt?> receipt =
                await Provider.GetTransactionReceiptAsync(hash, ct).ConfigureAwait(false);
            if (receipt.IsSuccess && receipt.Value is { } mined)
                return RpcResult<TransactionReceipt>.Ok(mined);
            // The transaction is out: a provider that stumbles now is asked again rather than given up.
            if (receipt.Kind is RpcErrorKind.WrongChain or RpcErrorKind.Malformed)
                return receipt.Cast<TransactionReceipt>();
            TimeSpan left = ReceiptTimeout - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                string why = receipt.IsSuccess ? "not mined" : receipt.Fault.Message;
                return RpcResult<TransactionReceipt>.Fail(RpcErrorKind.Timeout,
                    $"transaction {hash} after {ReceiptTimeout.TotalSeconds:0.###} s: {why}");
            }
            TimeSpan pause = TimeSpan.FromMilliseconds(pauseMs);
            await Task.Delay(pause < left ? pause : left, ct).ConfigureAwait(false);
            pauseMs = Math.Min(2 * pauseMs, PollMsMax);
        }
    }

    // A receipt says only that it failed. Running the call on the block before tells why, most of the time.
    private async Task<RpcFault> ExplainAsync(
        CallRequest call, TransactionReceipt receipt, CancellationToken ct)
    {
        BlockId before = BlockId.Number(receipt.BlockNumber == 0 ? 0 : receipt.BlockNumber - 1);
        RpcResult<byte[]> again = await Provider.CallAsync(call, before, ct).ConfigureAwait(false);
        RpcFault? named = again.IsSuccess ? null : RevertReason.Name(again.Fault);
        return named?.Kind == RpcErrorKind.Reverted
            ? named
            : new RpcFault(
                RpcErrorKind.Reverted, $"reverted in block {receipt.BlockNumber}: no reason found");
    }

    // The texts of geth, which the other clients and anvil keep to.
    private static bool IsNonceTaken(RpcFault fault) => fault.Kind == RpcErrorKind.Rejected
        && (Says(fault, "nonce too low") || Says(fault, "replacement transaction underpriced"));

    private static bool IsKnown(RpcFault fault) => fault.Kind == RpcErrorKind.Rejected
        && (Says(fault, "already known") || Says(fault, "already imported"));

    private static bool Says(RpcFault fault, string text) =>
        fault.Message.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static bool TryRead(UInt256 wei, out ulong value) =>
        wei.TryToUInt64(out value) && value <= ChainLimits.FeeWeiMax;

    private RpcResult<T> Malformed<T>(string what) =>
        RpcResult<T>.Fail(RpcErrorKind.Malformed, $"{Provider.Name}: {what}");
}
