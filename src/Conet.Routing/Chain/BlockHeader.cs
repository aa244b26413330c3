namespace Conet.Routing.Chain;

/// <summary>The parts of a block header that the mirror and the transactor use.</summary>
/// <param name="Number">Block number.</param>
/// <param name="Hash">Block hash as the provider states it.</param>
/// <param name="ParentHash">Hash of the block before.</param>
/// <param name="TimestampSeconds">Unix seconds.</param>
/// <param name="StateRoot">Root of the state trie after this block.</param>
/// <param name="BaseFeePerGas">Wei per gas (EIP-1559); null before London.</param>
public sealed record BlockHeader(
    ulong Number,
    Bytes32 Hash,
    Bytes32 ParentHash,
    ulong TimestampSeconds,
    Bytes32 StateRoot,
    UInt256? BaseFeePerGas);
