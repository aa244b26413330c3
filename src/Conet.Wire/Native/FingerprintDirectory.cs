using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Conet.Wire.Addresses;

namespace Conet.Wire.Native;

/// <summary>
/// The root of a table of fingerprints: the upper bits of a place choose one of up to
/// 2^<see cref="BitsMax"/> tables of lines, its lower 32 bits the line in it. So that a part can be made anew
/// without the others. Never changes; any thread.
/// </summary>
internal sealed unsafe class FingerprintDirectory
{
    /// <summary>Most bits that choose a table; the lines of a table are chosen by others.</summary>
    public const int BitsMax = 20;

    /// <summary>Look-ups of a group: its lines are asked for before those of the last one are read.</summary>
    private const int GroupSize = 32;

    private readonly FingerprintKey _key;
    private readonly FingerprintLines[] _tables;
    private readonly Entry[] _entries;
    private readonly Entry* _first;
    private readonly int _shift;

    /// <param name="key">Of all tables.</param>
    /// <param name="tables">
    /// A power of two; one that stands for several values of the bits occurs as often.
    /// </param>
    public FingerprintDirectory(FingerprintKey key, FingerprintLines[] tables)
    {
        if (!BitOperations.IsPow2(tables.Length) || tables.Length > 1 << BitsMax)
            throw new ArgumentException("A directory has a power of two of tables.", nameof(tables));
        _key = key;
        _tables = tables;
        int entries = Math.Max(2, tables.Length); // a shift by all 64 bits is none
        _shift = 64 - BitOperations.Log2((uint)entries);
        _entries = GC.AllocateUninitializedArray<Entry>(entries, pinned: true);
        for (int index = 0; index < entries; index++)
        {
            FingerprintLines table = tables[index % tables.Length];
            _entries[index] = new Entry { Memory = table.Memory, Lines = (uint)table.LineCount };
        }

        _first = (Entry*)Unsafe.AsPointer(ref _entries[0]);
    }

    /// <summary>Values of the bits that choose a table.</summary>
    public int Count => _tables.Length;

    /// <summary>Which table a place is in.</summary>
    public int IndexOf(ulong place) => _tables.Length == 1 ? 0 : (int)(place >> _shift);

    /// <summary>Finds the fingerprint of an address.</summary>
    /// <param name="address">20 bytes.</param>
    /// <param name="place">Its place.</param>
    /// <param name="value">Its value; 0 for none.</param>
    /// <param name="isMarked">Whether its line was marked.</param>
    public bool TryFind(ReadOnlySpan<byte> address, out ulong place, out uint value, out bool isMarked)
    {
        (place, ulong print) = _key.Hash(address);
        bool isFound = FingerprintLines.TryFind(LineOf(place), print, out value, out isMarked);
        GC.KeepAlive(this);
        return isFound;
    }

    /// <summary>
    /// Finds the fingerprints of many addresses; the accesses to memory overlap. Those in marked lines are
    /// not found: they have to be looked up one by one.
    /// </summary>
    /// <param name="cells">Buffer the addresses lie in, 20 bytes each.</param>
    /// <param name="offsets">Where each begins.</param>
    /// <param name="values">Receives the values; undefined where none was found.</param>
    /// <param name="found">Receives whether one was found.</param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An address does not lie in the buffer, or there is no room for the results.
    /// </exception>
    public int Find(ReadOnlySpan<byte> cells, ReadOnlySpan<int> offsets, Span<uint> values, Span<bool> found)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, offsets.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(found.Length, offsets.Length);
        int last = cells.Length - Address.Size;
        if (last < 0 && offsets.Length > 0)
            throw new ArgumentOutOfRangeException(nameof(cells), "There is no room for an address.");
        Pending* asked = stackalloc Pending[2 * GroupSize];
        Late* late = stackalloc Late[2 * GroupSize];
        int count = 0;
        fixed (FingerprintKey* key = &_key)
        fixed (byte* cell = cells)
        fixed (int* offset = offsets)
        fixed (uint* value = values)
        fixed (bool* isFound = found)
        {
            Ask(key, cell, (uint)last, offset, Math.Min(GroupSize, offsets.Length), asked);
            int now = 0;
            int lateCount = 0;
            for (int start = 0; start < offsets.Length; start += GroupSize)
            {
                int other = GroupSize - now;
                int size = Math.Min(GroupSize, offsets.Length - start);
                int next = Math.Min(GroupSize, offsets.Length - start - size);
                Ask(key, cell, (uint)last, offset + start + size, next, asked + other);
                int laterCount = 0;
                count += Resolve(
                    asked + now, size, value + start, isFound + start, late + now, ref laterCount);
                count += ResolveLate(late + other, lateCount);
                (now, lateCount) = (other, laterCount);
            }

            count += ResolveLate(late + GroupSize - now, lateCount);
        }

        GC.KeepAlive(this);
        return count;
    }

    /// <summary>
    /// Reads the lines of a group. For those whose walk goes on, the next line is asked for; it is read after
    /// the next group.
    /// </summary>
    private static int Resolve(
        Pending* asked, int count, uint* values, bool* found, Late* late, ref int lateCount)
    {
        int sum = count;
        for (nint i = 0; i < count; i++)
        {
            byte* line = asked[i].Line;
            if (FingerprintLines.TryFindHere(line, asked[i].Print, out values[i], out bool goesOn))
            {
                found[i] = true;
                continue;
            }

            found[i] = false;
            sum--;
            if (!goesOn)
                continue;
            if (Sse.IsSupported)
                Sse.Prefetch0(line + FingerprintLines.LineBytes);
            late[lateCount++] = new Late { Asked = asked[i], Value = values + i, Found = found + i };
        }

        return sum;
    }

    private static int ResolveLate(Late* late, int count)
    {
        int sum = 0;
        for (Late* end = late + count; late < end; late++)
        {
            Pending asked = late->Asked;
            *late->Found = FingerprintLines.TryFindBeyond(asked.Line, asked.Print, out *late->Value);
            sum += *late->Found ? 1 : 0;
        }

        return sum;
    }

    private byte* LineOf(ulong place) => LineOf(_first, _shift, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* LineOf(Entry* first, int shift, ulong place)
    {
        Entry* entry = first + (place >> shift);
        return entry->Memory + ((((uint)place * entry->Lines) >> 32) * FingerprintLines.LineBytes);
    }

    private void Ask(FingerprintKey* key, byte* cells, uint last, int* offsets, nint count, Pending* asked)
    {
        Entry* first = _first;
        int shift = _shift;
        for (nint i = 0; i < count; i++)
        {
            uint offset = (uint)offsets[i];
            if (offset > last)
                ThrowOutside();
            ulong* words = (ulong*)(cells + offset);
            ulong place = key->Hash(words[0], words[1], *(uint*)(words + 2), out ulong print);
            byte* line = LineOf(first, shift, place);
            if (Sse.IsSupported)
                Sse.Prefetch0(line);
            asked[i].Line = line;
            asked[i].Print = print;
        }
    }

    private static void ThrowOutside() =>
        throw new ArgumentOutOfRangeException("offsets", "An address lies outside of the buffer.");

    private struct Entry
    {
        public byte* Memory;
        public ulong Lines;
    }

    /// <summary>A look-up whose line was asked for.</summary>
    private struct Pending
    {
        public byte* Line;
        public ulong Print;
    }

    /// <summary>One that goes on in the next line.</summary>
    private struct Late
    {
        public Pending Asked;
        public uint* Value;
        public bool* Found;
    }
}
