namespace Conet.Routing.Chain;

/// <summary>
/// A word of a contract's storage. Words of zero are left out: one that is given stands for a leaf of zero,
/// which anvil keeps for a slot that was cleared.
/// </summary>
/// <param name="Slot">Where it lies.</param>
/// <param name="Word">What lies there.</param>
internal readonly record struct StorageWord(Bytes32 Slot, Bytes32 Word);
