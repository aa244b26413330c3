using System.Numerics;
using System.Runtime.CompilerServices;

namespace Conet.Wire.Native;

/// <summary>
/// The root of a table of fingerprints: the upper bits of a place choose one of up to
/// 2^<see cref="BitsMax"/> tables of lines, its lower 32 bits the line in it. So that a part can be made anew
/// without the others. Never changes; any thread; whoever looks up keeps this object alive.
/// </summary>
internal sealed unsafe class FingerprintDirectory
{
    /// <summary>Most bits that choose a table; the lines of a table are chosen by others.</summary>
    public const int BitsMax = 20;

    private readonly FingerprintLines[] _tables;
    private readonly Entry[] _entries;
    private readonly Entry* _first;
    private readonly int _shift;

    /// <param name="tables">
    /// A power of two; one that stands for several values of the bits occurs as often.
    /// </param>
    public FingerprintDirectory(FingerprintLines[] tables)
    {
        if (!BitOperations.IsPow2(tables.Length) || tables.Length > 1 << BitsMax)
            throw new ArgumentException("A directory has a power of two of tables.", nameof(tables));
        _tables = tables;
        _shift = 63 - BitOperations.Log2((uint)tables.Length);
        _entries = GC.AllocateUninitializedArray<Entry>(tables.Length, pinned: true);
        for (int index = 0; index < tables.Length; index++)
            _entries[index] = new Entry { Memory = tables[index].Memory, Lines = (uint)tables[index].LineCount };
        _first = (Entry*)Unsafe.AsPointer(ref _entries[0]);
    }

    /// <summary>Values of the bits that choose a table.</summary>
    public int Count => _tables.Length;

    /// <summary>Which table a place is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(ulong place) => (int)((place >> 1) >> _shift);

    /// <summary>The line of a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FingerprintLine LineOf(ulong place)
    {
        Entry* entry = _first + ((place >> 1) >> _shift);
        ulong line = ((uint)place * (ulong)entry->Lines) >> 32;
        return new FingerprintLine(entry->Memory + (line * FingerprintLines.LineBytes));
    }

    private struct Entry
    {
        public byte* Memory;
        public ulong Lines;
    }
}
