using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Tests.Chain;

public sealed class TransactionSenderTests : IDisposable
{
    private static readonly byte[] _data = [1, 2, 3];

    private readonly Wallet _wallet = Wallet.Create();
    private readonly RegistryPretender _provider = new();
    private readonly TransactionSender _sender;

    public TransactionSenderTests() => _sender = Sender(TimeSpan.FromSeconds(30));

    public void Dispose() => _wallet.Dispose();

    [Fact]
    public async Task Tasks_that_send_at_once_never_share_a_nonce()
    {
        _provider.PendingNonce = 40;
        RpcResult<TransactionReceipt>[] results =
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync()));
        Assert.All(results, result => Assert.True(result.IsSuccess, result.ToString()));
        Assert.Equal(Enumerable.Range(40, 50).Select(n => (ulong)n), _provider.Taken);
        Assert.Equal(1, _provider.NonceReads);
    }

    [Fact]
    public async Task A_nonce_that_another_program_used_is_read_again()
    {
        Assert.True((await SendAsync()).IsSuccess);
        _provider.PendingNonce = 5;
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([0UL, 5UL], _provider.Taken);
    }

    [Theory]
    [InlineData(RpcErrorKind.Timeout)]
    [InlineData(RpcErrorKind.Unreachable)]
    public async Task A_transaction_whose_answer_was_lost_is_not_sent_twice(RpcErrorKind loss)
    {
        _provider.SendFaults.Enqueue((Take: true, new RpcFault(loss, "lost")));
        RpcResult<TransactionReceipt> result = await SendAsync();
        Assert.True(result.IsSuccess, result.ToString());
        Assert.Equal([0UL], _provider.Taken);
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([0UL, 1UL], _provider.Taken);
    }

    [Fact]
    public async Task A_lost_transaction_that_was_mined_meanwhile_counts_as_sent()
    {
        _provider.SendFaults.Enqueue((Take: true, new RpcFault(RpcErrorKind.Timeout, "lost")));
        _provider.SendFaults.Enqueue((Take: false, new RpcFault(RpcErrorKind.Rejected, "nonce too low")));
        RpcResult<TransactionReceipt> result = await SendAsync();
        Assert.True(result.IsSuccess, result.ToString());
        Assert.Equal([0UL], _provider.Taken);
    }

    [Fact]
    public async Task A_provider_that_stays_away_is_a_fault_after_a_few_tries()
    {
        for (int i = 0; i < ChainLimits.SendAttemptsMax; i++)
            _provider.SendFaults.Enqueue((Take: false, new RpcFault(RpcErrorKind.Unreachable, "away")));
        Assert.Equal(RpcErrorKind.Unreachable, (await SendAsync()).Kind);
        Assert.Empty(_provider.SendFaults);
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([0UL], _provider.Taken);
    }

    [Fact]
    public async Task A_refused_transaction_leaves_its_nonce_to_the_next()
    {
        Assert.True((await SendAsync()).IsSuccess);
        RpcFault poor = new(RpcErrorKind.Rejected, "insufficient funds for gas");
        _provider.SendFaults.Enqueue((Take: false, poor));
        RpcResult<TransactionReceipt> refused = await SendAsync();
        Assert.Equal(RpcErrorKind.Rejected, refused.Kind);
        Assert.Contains("insufficient funds", refused.Fault.Message, StringComparison.Ordinal);
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([0UL, 1UL], _provider.Taken);
    }

    [Fact]
    public async Task Nonces_that_are_always_taken_end_in_a_fault()
    {
        for (int i = 0; i < ChainLimits.NonceAttemptsMax; i++)
            _provider.SendFaults.Enqueue((Take: false, new RpcFault(RpcErrorKind.Rejected, "nonce too low")));
        Assert.Equal(RpcErrorKind.Rejected, (await SendAsync()).Kind);
        Assert.Empty(_provider.SendFaults);
    }

    [Fact]
    public async Task A_receipt_that_is_null_at_first_is_waited_for()
    {
        _provider.ReceiptDelay = 4;
        Assert.True((await SendAsync()).IsSuccess);
    }

    [Fact]
    public async Task A_transaction_that_is_not_mined_in_time_is_named()
    {
        _provider.ReceiptDelay = int.MaxValue;
        RpcResult<TransactionReceipt> result = await Sender(TimeSpan.FromMilliseconds(60))
            .SendAsync(default(Address), _data, UInt256.Zero);
        Assert.Equal(RpcErrorKind.Timeout, result.Kind);
        Assert.Matches("^transaction 0x[0-9a-f]{64} after 0.06 s: not mined$", result.Fault.Message);
    }

    [Fact]
    public async Task Fees_follow_the_base_fee_and_gas_has_a_margin()
    {
        Assert.True((await SendAsync()).IsSuccess);
        ulong gas = RegistryPretender.GasEstimate * 12 / 10;
        Assert.Equal([31_337, 0, 3, 2 * RegistryPretender.BaseFee + 3, gas], _provider.Fields[0]);
    }

    [Fact]
    public async Task A_tip_beyond_reason_is_cut_and_a_missing_one_made_up()
    {
        _provider.Tip = RpcResult<UInt256>.Ok(ChainLimits.TipWeiMax + 1);
        Assert.True((await SendAsync()).IsSuccess);
        _provider.Tip = RpcResult<UInt256>.Fail(RpcErrorKind.Rejected, "method not found");
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([ChainLimits.TipWeiMax, ChainLimits.TipWeiDefault], _provider.Fields.Select(f => f[2]));
    }

    [Fact]
    public async Task A_gas_estimate_beyond_any_block_is_refused()
    {
        _provider.Gas = RpcResult<ulong>.Ok(ulong.MaxValue);
        Assert.Equal(RpcErrorKind.Malformed, (await SendAsync()).Kind);
        Assert.Empty(_provider.Taken);
    }

    [Fact]
    public async Task A_revert_in_the_simulation_is_named_and_nothing_is_sent()
    {
        byte[] revert = new AbiCallWriter(AbiSignature.Selector("SignerInvalid()"), words: 0).Finish();
        _provider.Gas = RpcResult<ulong>.Fail(
            new RpcFault(RpcErrorKind.Rejected, "execution reverted", 3, revert));
        RpcResult<TransactionReceipt> result = await SendAsync();
        Assert.Equal(RpcErrorKind.Reverted, result.Kind);
        Assert.Equal("reverted: SignerInvalid()", result.Fault.Message);
        Assert.Empty(_provider.Taken);
    }

    [Fact]
    public async Task A_revert_in_the_block_is_explained_by_running_it_again()
    {
        _provider.IsReverted = true;
        RpcResult<TransactionReceipt> silent = await SendAsync();
        Assert.Equal("reverted in block 10: no reason found", silent.Fault.Message);
        AbiCallWriter revert = new(AbiSignature.Selector("NodeIsRetired(uint32)"), words: 1);
        revert.Write(77);
        _provider.Call = RpcResult<byte[]>.Fail(
            new RpcFault(RpcErrorKind.Rejected, "execution reverted", 3, revert.Finish()));
        RpcResult<TransactionReceipt> named = await SendAsync();
        Assert.Equal(RpcErrorKind.Reverted, named.Kind);
        Assert.Equal("reverted: NodeIsRetired(77)", named.Fault.Message);
    }

    [Fact]
    public async Task Cancelling_the_wait_leaves_the_sender_usable()
    {
        _provider.ReceiptDelay = int.MaxValue;
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(cancel.Token));
        _provider.ReceiptDelay = 0;
        Assert.True((await SendAsync()).IsSuccess);
        Assert.Equal([0UL, 1UL], _provider.Taken);
    }

    private TransactionSender Sender(TimeSpan receiptTimeout) =>
        new(_provider, _wallet, 31_337) { ReceiptTimeout = receiptTimeout };

    private Task<RpcResult<TransactionReceipt>> SendAsync(CancellationToken cancellation = default) =>
        _sender.SendAsync(default(Address), _data, UInt256.Zero, cancellation);
}
