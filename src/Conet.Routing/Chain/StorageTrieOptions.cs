namespace Conet.Routing.Chain;

/// <summary>What the rebuilding of a storage trie may take. Immutable.</summary>
internal sealed record StorageTrieOptions
{
    /// <summary>
    /// Threads that read, hash and sort, all of a low priority; 0 for the calling one. Null: as many as
    /// there are cores, if there is enough to do.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Bytes for leaves at one time; more words are read in several passes.</summary>
    public long LeafBytesMax { get; init; } = ChainLimits.TrieLeafBytesMax;

    /// <summary>Told, on any thread, which part of the work is done, from 0 to 1; must return soon.</summary>
    public Action<double> Progress { get; init; } = static _ => { };
}
