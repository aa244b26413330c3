namespace Conet.Routing.Chain;

/// <summary>
/// All words of one contract's storage, in blocks of any order. Any thread may read any block, and each block
/// may be read several times.
/// </summary>
internal interface IStorageWords
{
    /// <summary>Number of blocks.</summary>
    int Blocks { get; }

    /// <summary>Most words that all blocks together can hold.</summary>
    long WordsMax { get; }

    /// <summary>Most words of one block.</summary>
    int BlockWordsMax { get; }

    /// <summary>Reads a block.</summary>
    /// <param name="block">Index of the block.</param>
    /// <param name="words">Receives the words; <see cref="BlockWordsMax"/> long.</param>
    /// <returns>How many they are; -1 if the block cannot be used, which ends everything.</returns>
    int Read(int block, Span<StorageWord> words);
}
