using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Calls a view of a contract and reads its answer strictly.</summary>
internal static class ContractRead
{
    /// <summary>Reads all words of an answer; false, or words left over, is a malformed answer.</summary>
    public delegate bool WordParser<T>(ref AbiWordReader reader, out T value);

    public static async Task<RpcResult<T>> CallAsync<T>(
        IChainProvider provider,
        Address contract,
        byte[] callData,
        BlockId block,
        WordParser<T> parser,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(provider);
        RpcResult<byte[]> answer = await provider
            .CallAsync(new CallRequest(contract, callData), block, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess) return answer.Cast<T>();
        if (answer.Value.Length == 0)
            return RpcResult<T>.Fail(RpcErrorKind.Malformed, $"{provider.Name}: no contract at {contract}");
        return TryParse(answer.Value, parser, out T value, out AbiError error)
            ? RpcResult<T>.Ok(value)
            : RpcResult<T>.Fail(RpcErrorKind.Malformed,
                $"{provider.Name}: {contract} does not answer as a registry does ({error})");
    }

    public static bool UInt32(ref AbiWordReader reader, out uint value) => reader.TryReadUInt32(out value);

    public static bool UInt64(ref AbiWordReader reader, out ulong value) => reader.TryReadUInt64(out value);

    public static bool UInt256(ref AbiWordReader reader, out UInt256 value) =>
        reader.TryReadUInt256(out value);

    public static bool Hash(ref AbiWordReader reader, out Bytes32 value) => reader.TryReadBytes32(out value);

    /// <summary>A node id, or null for 0.</summary>
    public static bool OptionalNode(ref AbiWordReader reader, out NodeId? value)
    {
        bool read = reader.TryReadUInt32(out uint id);
        value = id == 0 ? null : new NodeId(id);
        return read;
    }

    private static bool TryParse<T>(byte[] answer, WordParser<T> parser, out T value, out AbiError error)
    {
        AbiWordReader reader = new(answer);
        bool read = parser(ref reader, out value) && reader.TryFinish();
        error = reader.Error;
        return read;
    }
}
