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
    UInt256? BaseFeePerGas)
{
    /// <summary>
    /// True if the provider's fields hash to <see cref="Hash"/>: then they are those of the block of that
    /// hash, whoever gave them. False where a chain's headers have other fields than Ethereum's.
    /// </summary>
    public bool IsHashed { get; init; }

    /// <summary>True if the other is the same block with the same content.</summary>
    public bool IsSameBlock(BlockHeader other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Number == other.Number && Hash == other.Hash && ParentHash == other.ParentHash
            && TimestampSeconds == other.TimestampSeconds && StateRoot == other.StateRoot;
    }
}
