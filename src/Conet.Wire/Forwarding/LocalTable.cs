using System.Buffers.Binary;
using System.Numerics;
using Conet.Wire.Cells;
using Conet.Wire.Native;

namespace Conet.Wire.Forwarding;

/// <summary>
/// The local addressees of a node: 20-byte address to the handle of an attached endpoint. Updated in place;
/// of fixed capacity, all memory taken at construction.
/// </summary>
/// <remarks>
/// Readers are wait-free: at most two buckets of eight words and the overflow words are looked at, nothing is
/// retried, no lock is taken. A word is a 32-bit tag and the number of an entry; it is published last and
/// never moves. An entry carries a version that changes when it is given to another address, so a reader that
/// was overtaken sees that and answers "absent", which was true at some moment of its call. A new handle for
/// a known address is one aligned write. Writers take a lock among themselves.
/// </remarks>
public sealed class LocalTable
{
    /// <summary>What a look-up returns for an address that is not in the table.</summary>
    public const int Absent = -1;

    /// <summary>Bytes of the secret seed.</summary>
    public const int SeedSize = KeyedHash.SeedSize;

    private const int BucketWords = 8;
    private const int OverflowWords = 16;
    private const int EntriesPerBucket = 4;

    /// <summary>Look-ups whose accesses to memory overlap.</summary>
    private const int GroupSize = 64;

    private readonly KeyedHash _hash;
    private readonly ulong[] _words;
    private readonly int _bucketMask;
    private readonly Entry[] _entries;
    private readonly int[] _free;
    private readonly Lock _writing = new();
    private int _freeCount;
    private int _count;
    private int _overflowCount;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Addresses it can hold, 1 to <see cref="Limits.LocalAddresseesMax"/>.</param>
    /// <param name="seed">32 random bytes, secret to this node.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of range.</exception>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public LocalTable(int capacity, ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.LocalAddresseesMax);
        _hash = new KeyedHash(seed);
        int buckets = (int)BitOperations.RoundUpToPowerOf2(
            (uint)((capacity + EntriesPerBucket - 1) / EntriesPerBucket));
        _bucketMask = buckets - 1;
        _words = new ulong[(buckets * BucketWords) + OverflowWords];
        _entries = new Entry[capacity];
        _free = new int[capacity];
        for (int index = 0; index < capacity; index++)
            _free[index] = capacity - 1 - index;
        _freeCount = capacity;
    }

    /// <summary>Addresses it can hold.</summary>
    public int Capacity => _entries.Length;

    /// <summary>Addresses it holds; any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    private int OverflowStart => _words.Length - OverflowWords;

    /// <summary>Finds the handle of one address, or <see cref="Absent"/>. Wait-free; any thread.</summary>
    /// <param name="address">20 bytes.</param>
    /// <exception cref="ArgumentException">The address has another length.</exception>
    public int Find(ReadOnlySpan<byte> address)
    {
        ThrowIfNotAddress(address);
        Key key = new(address);
        return Find(key, HashOf(key));
    }

    /// <summary>Finds the handles of a batch of destinations. Wait-free; any thread.</summary>
    /// <param name="cells">The buffer the cells lie in.</param>
    /// <param name="offsets">Where each cell begins.</param>
    /// <param name="handles">Receives a handle or <see cref="Absent"/> per cell; at least as long.</param>
    public void Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<int> handles)
    {
        handles = handles[..offsets.Length];
        if (Count == 0)
        {
            handles.Fill(Absent);
            return;
        }

        Span<ulong> hashes = stackalloc ulong[GroupSize];
        for (int start = 0; start < offsets.Length; start += GroupSize)
        {
            ReadOnlySpan<int> group = offsets[start..Math.Min(start + GroupSize, offsets.Length)];
            for (int index = 0; index < group.Length; index++)
            {
                hashes[index] = HashOf(new Key(cells.Slice(group[index], CellLayout.DestinationSize)));
                CacheLine.Prefetch(in _words[FirstBucketOf(hashes[index])]);
                CacheLine.Prefetch(in _words[SecondBucketOf(hashes[index])]);
            }

            for (int index = 0; index < group.Length; index++)
            {
                Key key = new(cells.Slice(group[index], CellLayout.DestinationSize));
                handles[start + index] = Find(key, hashes[index]);
            }
        }
    }

    /// <summary>
    /// Adds an address, or gives a known one a new handle. False, and nothing changed, when the table is
    /// full.
    /// </summary>
    /// <param name="address">20 bytes; copied.</param>
    /// <param name="handle">0 or more.</param>
    /// <exception cref="ArgumentException">The address has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The handle is negative.</exception>
    public bool TrySet(ReadOnlySpan<byte> address, int handle)
    {
        ThrowIfNotAddress(address);
        ArgumentOutOfRangeException.ThrowIfNegative(handle);
        Key key = new(address);
        lock (_writing)
        {
            ulong hash = HashOf(key);
            int slot = SlotOf(key, hash);
            if (slot >= 0)
            {
                Volatile.Write(ref _entries[EntryOf(_words[slot])].Handle, handle);
                return true;
            }

            slot = FreeSlotOf(hash);
            if (slot < 0 || _freeCount == 0)
                return false;

            int entry = _free[--_freeCount];
            _entries[entry].Fill(key, handle);
            Volatile.Write(ref _words[slot], WordOf(hash, entry));
            if (slot >= OverflowStart)
                Volatile.Write(ref _overflowCount, _overflowCount + 1);
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    /// <summary>Removes an address. False if it was not there.</summary>
    /// <param name="address">20 bytes.</param>
    /// <exception cref="ArgumentException">The address has another length.</exception>
    public bool Remove(ReadOnlySpan<byte> address)
    {
        ThrowIfNotAddress(address);
        Key key = new(address);
        lock (_writing)
        {
            int slot = SlotOf(key, HashOf(key));
            if (slot < 0)
                return false;
            _free[_freeCount++] = EntryOf(_words[slot]);
            Volatile.Write(ref _words[slot], 0);
            if (slot >= OverflowStart)
                Volatile.Write(ref _overflowCount, _overflowCount - 1);
            Volatile.Write(ref _count, _count - 1);
            return true;
        }
    }

    private static void ThrowIfNotAddress(ReadOnlySpan<byte> address)
    {
        if (address.Length != CellLayout.DestinationSize)
        {
            throw new ArgumentException(
                $"An address has {CellLayout.DestinationSize} bytes.", nameof(address));
        }
    }

    private static uint TagOf(ulong hash) => (uint)(hash >> 32);

    private static ulong WordOf(ulong hash, int entry) => ((ulong)TagOf(hash) << 32) | (uint)(entry + 1);

    private static int EntryOf(ulong word) => (int)(uint)word - 1;

    private ulong HashOf(in Key key) => _hash.Of(key.High, key.Middle, key.Low);

    private int FirstBucketOf(ulong hash) => ((int)hash & _bucketMask) * BucketWords;

    private int SecondBucketOf(ulong hash) =>
        ((int)((TagOf(hash) * 0x9E3779B1u) >> 5) & _bucketMask) * BucketWords;

    private int Find(in Key key, ulong hash)
    {
        int handle = FindIn(FirstBucketOf(hash), BucketWords, TagOf(hash), key);
        if (handle == Absent)
            handle = FindIn(SecondBucketOf(hash), BucketWords, TagOf(hash), key);
        if (handle == Absent && Volatile.Read(ref _overflowCount) != 0)
            handle = FindIn(OverflowStart, OverflowWords, TagOf(hash), key);
        return handle;
    }

    private int FindIn(int start, int count, uint tag, in Key key)
    {
        Span<ulong> words = _words.AsSpan(start, count);
        for (int index = 0; index < words.Length; index++)
        {
            ulong word = Volatile.Read(ref words[index]);
            if ((uint)(word >> 32) != tag || (uint)word == 0)
                continue;
            int handle = _entries[EntryOf(word)].Read(key);
            if (handle != Absent)
                return handle;
        }

        return Absent;
    }

    private int SlotOf(in Key key, ulong hash)
    {
        int slot = SlotIn(FirstBucketOf(hash), BucketWords, key);
        if (slot < 0)
            slot = SlotIn(SecondBucketOf(hash), BucketWords, key);
        return slot < 0 ? SlotIn(OverflowStart, OverflowWords, key) : slot;
    }

    private int SlotIn(int start, int count, in Key key)
    {
        for (int slot = start; slot < start + count; slot++)
        {
            if (_words[slot] != 0 && _entries[EntryOf(_words[slot])].Read(key) != Absent)
                return slot;
        }

        return -1;
    }

    private int FreeSlotOf(ulong hash)
    {
        (int firstSlot, int firstFree) = FreeIn(FirstBucketOf(hash), BucketWords);
        (int secondSlot, int secondFree) = FreeIn(SecondBucketOf(hash), BucketWords);
        if (firstFree == 0 && secondFree == 0)
            return FreeIn(OverflowStart, OverflowWords).Slot;
        return firstFree >= secondFree ? firstSlot : secondSlot;
    }

    private (int Slot, int Free) FreeIn(int start, int count)
    {
        int found = -1;
        int free = 0;
        for (int slot = start; slot < start + count; slot++)
        {
            if (_words[slot] != 0)
                continue;
            free++;
            if (found < 0)
                found = slot;
        }

        return (found, free);
    }

    private readonly ref struct Key
    {
        public readonly ulong High;
        public readonly ulong Middle;
        public readonly uint Low;

        public Key(ReadOnlySpan<byte> address)
        {
            High = BinaryPrimitives.ReadUInt64LittleEndian(address);
            Middle = BinaryPrimitives.ReadUInt64LittleEndian(address[8..]);
            Low = BinaryPrimitives.ReadUInt32LittleEndian(address[16..]);
        }
    }

    /// <summary>
    /// Odd version: being filled. Every access is ordered, so a changed version is always seen.
    /// </summary>
    private struct Entry
    {
        public int Handle;
        private int _version;
        private ulong _high;
        private ulong _middle;
        private uint _low;

        public void Fill(in Key key, int handle)
        {
            Volatile.Write(ref _version, _version + 1);
            Volatile.Write(ref _high, key.High);
            Volatile.Write(ref _middle, key.Middle);
            Volatile.Write(ref _low, key.Low);
            Volatile.Write(ref Handle, handle);
            Volatile.Write(ref _version, _version + 1);
        }

        public int Read(in Key key)
        {
            int before = Volatile.Read(ref _version);
            bool same = Volatile.Read(ref _high) == key.High
                && Volatile.Read(ref _middle) == key.Middle
                && Volatile.Read(ref _low) == key.Low;
            int handle = Volatile.Read(ref Handle);
            int after = Volatile.Read(ref _version);
            return same && before == after && (before & 1) == 0 ? handle : Absent;
        }
    }
}
