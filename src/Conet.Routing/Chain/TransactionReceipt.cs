using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>What became of a mined transaction.</summary>
/// <param name="TransactionHash">Hash of the transaction.</param>
/// <param name="BlockNumber">Number of its block.</param>
/// <param name="BlockHash">Hash of its block.</param>
/// <param name="Succeeded">False when it was reverted.</param>
/// <param name="GasUsed">Gas paid for.</param>
/// <param name="EffectiveGasPrice">Wei paid per gas; zero when the provider does not say.</param>
/// <param name="ContractAddress">Contract created, or null.</param>
/// <param name="Logs">Logs written, in order.</param>
public sealed record TransactionReceipt(
    Bytes32 TransactionHash,
    ulong BlockNumber,
    Bytes32 BlockHash,
    bool Succeeded,
    ulong GasUsed,
    UInt256 EffectiveGasPrice,
    Address? ContractAddress,
    LogEntry[] Logs);
