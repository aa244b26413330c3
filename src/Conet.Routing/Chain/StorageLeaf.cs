namespace Conet.Routing.Chain;

/// <summary>A leaf of a storage trie.</summary>
/// <param name="Key">Keccak-256 of the slot.</param>
/// <param name="Word">The word that lies there.</param>
internal readonly record struct StorageLeaf(Bytes32 Key, Bytes32 Word);
