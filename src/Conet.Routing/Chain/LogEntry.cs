using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// One log of a mined transaction. The arrays belong to the entry and are not to be changed.
/// </summary>
/// <param name="Address">Contract that wrote the log.</param>
/// <param name="Topics">0 to 4 topics; the first is the event's signature hash.</param>
/// <param name="Data">ABI-encoded arguments that are not indexed.</param>
/// <param name="BlockNumber">Number of its block.</param>
/// <param name="BlockHash">Hash of its block.</param>
/// <param name="TransactionHash">Hash of its transaction.</param>
/// <param name="LogIndex">Position in the block.</param>
/// <param name="Removed">
/// The provider says the block left the chain. Never trusted for anything but dropping.
/// </param>
public sealed record LogEntry(
    Address Address,
    Bytes32[] Topics,
    byte[] Data,
    ulong BlockNumber,
    Bytes32 BlockHash,
    Bytes32 TransactionHash,
    uint LogIndex,
    bool Removed);
