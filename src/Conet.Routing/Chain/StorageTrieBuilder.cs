using System.Numerics;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Root of a storage trie from its leaves in the order of their keys, without holding the trie: a stack of
/// the branches that are still open, one a nibble of the key. Leaves are hashed several at once. Also of a
/// part of a trie whose keys all begin with the same nibbles. One thread. Source: yellow paper, appendix D.
/// </summary>
internal sealed class StorageTrieBuilder
{
    /// <summary>Nibbles of a key, and so the greatest depth of a branch and one more.</summary>
    private const int Nibbles = 2 * Bytes32.Size;

    private const int Width = 16;
    private const int HashReference = 1 + Keccak256.Size;
    private const int ListHeaderMax = 3;
    private const int NodeBytesMax = ListHeaderMax + (Width * HashReference) + 1;
    private const byte EmptyText = 0x80, TextBase = 0x80, ListBase = 0xC0;
    private const int ShortMax = 55;

    private readonly int _start;
    private readonly byte[] _references = new byte[Nibbles * Width * HashReference];
    private readonly byte[] _lengths = new byte[Nibbles * Width];
    private readonly byte[] _node = new byte[NodeBytesMax];
    private readonly byte[] _key = new byte[Bytes32.Size];
    private readonly byte[] _nextKey = new byte[Bytes32.Size];
    private readonly byte[] _top = new byte[NodeBytesMax];
    private readonly byte[] _leaves = new byte[Keccak256Lanes.Count * Keccak256Lanes.BlockSize];
    private readonly int[] _leafSizes = new int[Keccak256Lanes.Count];
    private readonly WaitingLeaf[] _waiting = new WaitingLeaf[Keccak256Lanes.Count];
    private readonly byte[] _path = new byte[Bytes32.Size];
    private int _waitingCount;
    private Bytes32 _word;
    private ulong _open;
    private int _shared;
    private int _topSize;
    private int _topDepth;
    private bool _hasLeaf;
    private bool _isFinished;

    /// <summary>A builder without leaves.</summary>
    /// <param name="startNibbles">Nibbles that all keys have in common and that lie above this part.</param>
    public StorageTrieBuilder(int startNibbles = 0)
    {
        _start = startNibbles;
        _shared = startNibbles - 1;
    }

    /// <summary>True before the first leaf.</summary>
    public bool IsEmpty => !_hasLeaf;

    /// <summary>Adds a leaf. False if its key is not greater than the one before.</summary>
    public bool TryAdd(in StorageLeaf leaf)
    {
        leaf.Key.CopyTo(_nextKey);
        if (_hasLeaf)
        {
            int bytes = _key.AsSpan().CommonPrefixLength(_nextKey);
            if (bytes == Bytes32.Size || _nextKey[bytes] < _key[bytes])
                return false;
            int halves = (_nextKey[bytes] ^ _key[bytes]) < Width ? 1 : 0;
            Queue((2 * bytes) + halves);
        }

        _nextKey.CopyTo(_key);
        _word = leaf.Word;
        _hasLeaf = true;
        return true;
    }

    /// <summary>Ends the adding; <see cref="WriteReference"/> and <see cref="Root"/> come after.</summary>
    public void Finish()
    {
        if (_hasLeaf)
            Queue(_start - 1);
        PlaceAll();
        _isFinished = true;
    }

    /// <summary>The root of the whole trie, when all leaves went into this builder.</summary>
    public Bytes32 Root()
    {
        ThrowUnlessFinished();
        return _hasLeaf ? MerklePatricia.Hash(WriteTop(0)) : MerklePatricia.EmptyRoot;
    }

    /// <summary>
    /// How the node above names this part: a hash of 33 bytes as text, or the node itself when that is
    /// shorter.
    /// </summary>
    /// <param name="reference">Receives it; 33 bytes long.</param>
    /// <returns>Its length.</returns>
    public int WriteReference(Span<byte> reference)
    {
        ThrowUnlessFinished();
        if (_hasLeaf)
            return Refer(WriteTop(_start), reference);
        reference[0] = EmptyText;
        return 1;
    }

    /// <summary>Root of a trie from its sixteen parts by first nibble.</summary>
    /// <param name="parts">Finished builders that start after one nibble.</param>
    public static Bytes32 Join(IReadOnlyList<StorageTrieBuilder> parts)
    {
        StorageTrieBuilder[] full = [.. parts.Where(part => !part.IsEmpty)];
        if (full.Length < 2)
            return full.Length == 0 ? MerklePatricia.EmptyRoot : full[0].Root();
        Span<byte> node = stackalloc byte[NodeBytesMax];
        int end = ListHeaderMax;
        foreach (StorageTrieBuilder part in parts)
            end += part.WriteReference(node[end..]);
        node[end++] = EmptyText;
        return MerklePatricia.Hash(CloseList(node, end));
    }

    private void ThrowUnlessFinished()
    {
        if (!_isFinished)
            throw new InvalidOperationException("Not finished.");
    }

    /// <summary>Puts the last leaf among those that wait for being hashed.</summary>
    /// <param name="next">Nibbles that the next key shares with the last.</param>
    private void Queue(int next)
    {
        int parent = Math.Max(_shared, next);
        _shared = next;
        if (parent < _start)
        {
            _topDepth = Nibbles;
            return;
        }

        ReadOnlySpan<byte> leaf = WriteLeaf(parent + 1);
        leaf.CopyTo(_leaves.AsSpan(_waitingCount * Keccak256Lanes.BlockSize));
        _leafSizes[_waitingCount] = leaf.Length;
        _waiting[_waitingCount] = new WaitingLeaf(new Bytes32(_key), parent, next);
        if (++_waitingCount == Keccak256Lanes.Count)
            PlaceAll();
    }

    /// <summary>
    /// Puts the waiting leaves under their branches, and closes the branches that the next leaf is not under.
    /// </summary>
    private void PlaceAll()
    {
        Span<byte> hashes = stackalloc byte[Keccak256Lanes.Count * Keccak256.Size];
        Keccak256Lanes.Hash(_leaves, _leafSizes, hashes);
        for (int i = 0; i < _waitingCount; i++)
        {
            (Bytes32 key, int parent, int next) = _waiting[i];
            key.CopyTo(_path);
            ReadOnlySpan<byte> leaf = _leaves.AsSpan(i * Keccak256Lanes.BlockSize, _leafSizes[i]);
            SetChild(parent, leaf, hashes.Slice(i * Keccak256.Size, Keccak256.Size));
            while (_open != 0 && 63 - BitOperations.LeadingZeroCount(_open) is var depth && depth > next)
                CloseBranch(depth, next);
        }

        _waitingCount = 0;
    }

    private void CloseBranch(int depth, int next)
    {
        _open &= ~(1UL << depth);
        int above = Math.Max(next, _open == 0 ? _start - 1 : 63 - BitOperations.LeadingZeroCount(_open));
        ReadOnlySpan<byte> branch = WriteBranch(depth);
        if (above < _start)
        {
            branch.CopyTo(_top);
            _topSize = branch.Length;
            _topDepth = depth;
            return;
        }

        SetChild(above, depth - above > 1 ? WriteExtension(above + 1, depth, branch) : branch);
    }

    private void SetChild(int depth, ReadOnlySpan<byte> node)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        if (node.Length >= Keccak256.Size)
            Keccak256.Hash(node, hash);
        SetChild(depth, node, hash);
    }

    private void SetChild(int depth, ReadOnlySpan<byte> node, ReadOnlySpan<byte> hash)
    {
        int place = (depth * Width) + Nibble(_path, depth);
        _lengths[place] = (byte)Refer(node, hash, _references.AsSpan(place * HashReference, HashReference));
        _open |= 1UL << depth;
    }

    private ReadOnlySpan<byte> WriteTop(int from)
    {
        if (_topDepth == Nibbles)
            return WriteLeaf(from);
        ReadOnlySpan<byte> branch = _top.AsSpan(0, _topSize);
        return _topDepth == from ? branch : WriteExtension(from, _topDepth, branch);
    }

    private ReadOnlySpan<byte> WriteLeaf(int from)
    {
        Span<byte> node = _node;
        int end = ListHeaderMax + WritePath(node[ListHeaderMax..], _key, from, Nibbles, isLeaf: true);
        Span<byte> word = stackalloc byte[Bytes32.Size];
        _word.CopyTo(word);
        ReadOnlySpan<byte> digits = word.TrimStart((byte)0);
        if (digits.Length == 1 && digits[0] < TextBase)
        {
            node[end++] = digits[0];
        }
        else
        {
            node[end++] = (byte)(TextBase + 1 + digits.Length);
            node[end++] = (byte)(TextBase + digits.Length);
            digits.CopyTo(node[end..]);
            end += digits.Length;
        }

        return CloseList(node, end);
    }

    private ReadOnlySpan<byte> WriteExtension(int from, int to, ReadOnlySpan<byte> child)
    {
        Span<byte> reference = stackalloc byte[HashReference];
        int size = Refer(child, reference);
        Span<byte> node = _node;
        int end = ListHeaderMax + WritePath(node[ListHeaderMax..], _path, from, to, isLeaf: false);
        reference[..size].CopyTo(node[end..]);
        return CloseList(node, end + size);
    }

    private ReadOnlySpan<byte> WriteBranch(int depth)
    {
        Span<byte> node = _node;
        int end = ListHeaderMax;
        for (int place = depth * Width; place < (depth + 1) * Width; place++)
        {
            int size = _lengths[place];
            if (size == 0)
            {
                node[end++] = EmptyText;
                continue;
            }

            _references.AsSpan(place * HashReference, size).CopyTo(node[end..]);
            end += size;
            _lengths[place] = 0;
        }

        node[end++] = EmptyText;
        return CloseList(node, end);
    }

    /// <summary>The nibbles of a key from one to before another, in hex-prefix form, as RLP text.</summary>
    private static int WritePath(
        Span<byte> target, ReadOnlySpan<byte> key, int from, int to, bool isLeaf)
    {
        int count = to - from;
        int bytes = (count / 2) + 1;
        int at = 0;
        if (bytes > 1)
            target[at++] = (byte)(TextBase + bytes);
        int flag = isLeaf ? 0x20 : 0;
        target[at++] = (byte)((count & 1) == 0 ? flag : flag | 0x10 | Nibble(key, from++));
        for (; from < to; from += 2)
        {
            target[at++] = (from & 1) == 0
                ? key[from >> 1]
                : (byte)((key[from >> 1] << 4) | (key[(from >> 1) + 1] >> 4));
        }

        return at;
    }

    /// <summary>
    /// Writes the header right before the items, which begin after room for the largest one.
    /// </summary>
    private static ReadOnlySpan<byte> CloseList(Span<byte> node, int end)
    {
        int size = end - ListHeaderMax;
        int start = ListHeaderMax;
        if (size <= ShortMax)
        {
            node[--start] = (byte)(ListBase + size);
            return node[start..end];
        }

        node[--start] = (byte)size;
        if (size > byte.MaxValue)
            node[--start] = (byte)(size >> 8);
        node[start - 1] = (byte)(ListBase + ShortMax + ListHeaderMax - start);
        return node[(start - 1)..end];
    }

    private static int Refer(ReadOnlySpan<byte> node, Span<byte> reference)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        if (node.Length >= Keccak256.Size)
            Keccak256.Hash(node, hash);
        return Refer(node, hash, reference);
    }

    private static int Refer(ReadOnlySpan<byte> node, ReadOnlySpan<byte> hash, Span<byte> reference)
    {
        if (node.Length < Keccak256.Size)
        {
            node.CopyTo(reference);
            return node.Length;
        }

        reference[0] = TextBase + Keccak256.Size;
        hash.CopyTo(reference[1..]);
        return HashReference;
    }

    private static int Nibble(ReadOnlySpan<byte> key, int index) =>
        (index & 1) == 0 ? key[index >> 1] >> 4 : key[index >> 1] & 0x0F;

    /// <summary>A leaf whose node is written.</summary>
    /// <param name="Key">Its key.</param>
    /// <param name="Parent">Depth of the branch that it lies under.</param>
    /// <param name="Next">Nibbles that the next key shares with it.</param>
    private readonly record struct WaitingLeaf(Bytes32 Key, int Parent, int Next);
}
