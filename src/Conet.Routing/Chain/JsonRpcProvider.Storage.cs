using System.Text;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Words of storage, asked for in batches.</summary>
public sealed partial class JsonRpcProvider
{
    /// <inheritdoc cref="IChainProvider.GetStorageAsync"/>
    public async Task<RpcResult<Bytes32[]>> GetStorageAsync(
        Address account, IReadOnlyList<Bytes32> slots, BlockId block,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots.Count, ChainLimits.BatchCallsMax);
        if (slots.Count == 0) return RpcResult<Bytes32[]>.Ok([]);
        RpcFault? wrong = await CheckChainAsync(cancellation).ConfigureAwait(false);
        if (wrong is not null) return RpcResult<Bytes32[]>.Fail(wrong);
        long firstId = Interlocked.Add(ref _lastId, slots.Count) - slots.Count + 1;
        StringBuilder batch = new("[");
        for (int i = 0; i < slots.Count; i++)
        {
            if (i > 0) batch.Append(',');
            batch.Append(RequestText(
                firstId + i, StorageWords.Method, StorageWords.Parameters(account, slots[i], block)));
        }
        RpcResult<byte[]> body = await SendAsync(batch.Append(']').ToString(), cancellation)
            .ConfigureAwait(false);
        return body.IsSuccess ? ReadWords(body.Value, firstId, slots.Count) : body.Cast<Bytes32[]>();
    }

    private static RpcResult<Bytes32[]> ReadWords(byte[] body, long firstId, int count)
    {
        RpcResult<RpcResult<Range>[]> batch = JsonRpcAnswer.ReadBatch(body, firstId, count);
        if (!batch.IsSuccess) return batch.Cast<Bytes32[]>();
        Bytes32[] words = new Bytes32[count];
        for (int i = 0; i < count; i++)
        {
            RpcResult<Range> member = batch.Value[i];
            if (!member.IsSuccess) return member.Cast<Bytes32[]>();
            RpcResult<Bytes32> word = RpcParsers.Hash(body.AsSpan(member.Value));
            if (!word.IsSuccess) return word.Cast<Bytes32[]>();
            words[i] = word.Value;
        }
        return RpcResult<Bytes32[]>.Ok(words);
    }
}
