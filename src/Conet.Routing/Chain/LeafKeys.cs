using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>Keys of the leaves of several words at once. One thread.</summary>
internal sealed class LeafKeys
{
    private readonly byte[] _blocks = new byte[Keccak256Lanes.Count * Keccak256Lanes.BlockSize];
    private readonly byte[] _keys = new byte[Keccak256Lanes.Count * Keccak256.Size];
    private readonly int[] _sizes = [.. Enumerable.Repeat(Bytes32.Size, Keccak256Lanes.Count)];

    /// <summary>Key of a word of the last group.</summary>
    public ReadOnlySpan<byte> this[int index] => _keys.AsSpan(index * Keccak256.Size, Keccak256.Size);

    /// <summary>Hashes the slots of at most <see cref="Keccak256Lanes.Count"/> words.</summary>
    public void Hash(ReadOnlySpan<StorageWord> words)
    {
        for (int i = 0; i < words.Length; i++)
            words[i].Slot.CopyTo(_blocks.AsSpan(i * Keccak256Lanes.BlockSize));
        Keccak256Lanes.Hash(_blocks, _sizes, _keys);
    }
}
