using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Conet.Wire.Native;

/// <summary>
/// A hash table of 64-bit fingerprints and 32-bit values whose buckets are the lines of the processor's
/// cache: a look-up reads one, rarely the next ones as well. Outside the collector's heap, on large pages
/// where the system gives them. One thread inserts, before others read; <see cref="Mark"/> alone may come
/// later.
/// </summary>
/// <remarks>
/// <code>
///   0        8        16       24       32       40    44    48    52    56    60    64
///   +--------+--------+--------+--------+--------+-----+-----+-----+-----+-----+-----+
///   | print  | print  | print  | print  | print  | val | val | val | val | val |flags|
///   +--------+--------+--------+--------+--------+-----+-----+-----+-----+-----+-----+
///   print 0: free                       flags: 1 full, and more lies in the next line; 2 marked
/// </code>
/// </remarks>
internal sealed unsafe partial class FingerprintLines
{
    /// <summary>Fingerprints of a line.</summary>
    public const int Slots = 5;

    /// <summary>
    /// Lines of one walk. With keyed places and under four fingerprints a line on average, a longer one does
    /// not occur; the bound makes it impossible.
    /// </summary>
    public const int WalkMax = 64;

    /// <summary>Bytes of a line.</summary>
    public const int LineBytes = 64;

    private const int ValuesOffset = Slots * sizeof(ulong);
    private const int FlagsOffset = ValuesOffset + (Slots * sizeof(uint));
    private const uint Spilled = 1;
    private const uint Marked = 2;
    private const uint SlotMask = (1u << Slots) - 1;
    private const nuint HugePageBytes = 2 << 20;
    private const int AdviseHugePages = 14;

    private readonly ulong _lines;
    private readonly byte* _memory;
    private readonly long _bytes;

    /// <param name="lines">Lines that places are spread over, 1 to 2^31.</param>
    public FingerprintLines(int lines)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lines, 1);
        _lines = (ulong)lines;
        _bytes = ((long)lines + WalkMax - 1) * LineBytes; // so that a walk never meets the end
        bool isLarge = (nuint)_bytes >= HugePageBytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_bytes, isLarge ? HugePageBytes : LineBytes);
        if (isLarge && OperatingSystem.IsLinux())
            _ = madvise(_memory, (nuint)_bytes, AdviseHugePages); // refused: it is slower and as right
        NativeMemory.Clear(_memory, (nuint)_bytes);
        GC.AddMemoryPressure(_bytes);
    }

    ~FingerprintLines()
    {
        if (_memory == null)
            return;
        NativeMemory.AlignedFree(_memory);
        GC.RemoveMemoryPressure(_bytes);
    }

    /// <summary>Lines that places are spread over.</summary>
    public int LineCount => (int)_lines;

    /// <summary>All the memory. Bytes.</summary>
    public long Bytes => _bytes;

    /// <summary>The first line, for <see cref="FingerprintDirectory"/>.</summary>
    internal byte* Memory => _memory;

    /// <summary>Which line a place is in: the lower 32 bits of the place, scaled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(ulong place) => (int)(((uint)place * _lines) >> 32);

    /// <summary>Finds a fingerprint. Any thread; the caller keeps this object alive.</summary>
    /// <param name="place">Its hash, the lower 32 bits well spread.</param>
    /// <param name="print">Not 0.</param>
    /// <param name="value">Its value; 0 for none.</param>
    /// <param name="isMarked">Whether its line was marked.</param>
    public bool TryFind(ulong place, ulong print, out uint value, out bool isMarked) =>
        TryFind(LineOf(place), print, out value, out isMarked);

    /// <summary>Whether a line was marked.</summary>
    /// <param name="index">As <see cref="IndexOf"/> gives it.</param>
    public bool IsMarked(int index)
    {
        bool isMarked = (*(uint*)(_memory + ((long)index * LineBytes) + FlagsOffset) & Marked) != 0;
        GC.KeepAlive(this);
        return isMarked;
    }

    /// <summary>
    /// Inserts a fingerprint. False, and nothing changed but a mark, if it is there already or its walk is
    /// full: then the caller keeps what it stands for elsewhere, and look-ups are told by the mark.
    /// </summary>
    public bool TryInsert(ulong place, ulong print, uint value)
    {
        byte* line = LineOf(place);
        if (!HasRoom(line, print))
        {
            Mark(place);
            return false;
        }

        uint free = Match(line, 0);
        while (free == 0)
        {
            *(uint*)(line + FlagsOffset) |= Spilled;
            line += LineBytes;
            free = Match(line, 0);
        }

        int slot = (int)uint.TrailingZeroCount(free);
        ((ulong*)line)[slot] = print;
        ((uint*)(line + ValuesOffset))[slot] = value;
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>Marks the line of a place for good. Any thread, while others read.</summary>
    public void Mark(ulong place)
    {
        uint* flags = (uint*)(LineOf(place) + FlagsOffset);
        Interlocked.Or(ref *flags, Marked);
        GC.KeepAlive(this);
    }

    /// <summary>Finds a fingerprint in its line if that is not marked.</summary>
    /// <param name="line">The line of its place.</param>
    /// <param name="print">Not 0.</param>
    /// <param name="value">Its value; undefined for none.</param>
    /// <param name="goesOn">Whether it may lie in the lines after it, which nothing overrules.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryFindHere(byte* line, ulong print, out uint value, out bool goesOn)
    {
        uint slots = Match(line, print);
        uint flags = *(uint*)(line + FlagsOffset);
        if (slots != 0 && (flags & Marked) == 0)
        {
            value = ((uint*)(line + ValuesOffset))[uint.TrailingZeroCount(slots)];
            goesOn = false;
            return true;
        }

        value = 0;
        goesOn = (flags & (Spilled | Marked)) == Spilled;
        return false;
    }

    /// <summary>Finds a fingerprint in its line or in those after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryFind(byte* line, ulong print, out uint value, out bool isMarked)
    {
        uint flags = *(uint*)(line + FlagsOffset);
        isMarked = (flags & Marked) != 0;
        uint slots = Match(line, print);
        if (slots != 0)
        {
            value = ((uint*)(line + ValuesOffset))[uint.TrailingZeroCount(slots)];
            return true;
        }

        value = 0;
        return (flags & Spilled) != 0 && TryFindBeyond(line, print, out value);
    }

    /// <summary>Which slots hold a fingerprint, a bit each: the oracle of the wider ones.</summary>
    internal static uint MatchScalar(ReadOnlySpan<ulong> prints, ulong print)
    {
        uint slots = 0;
        for (int slot = 0; slot < Slots; slot++)
            slots |= prints[slot] == print ? 1u << slot : 0;
        return slots;
    }

    /// <summary>The same, as wide as this processor is. Reads a whole line.</summary>
    internal static uint Match(ReadOnlySpan<ulong> line, ulong print)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(line.Length, LineBytes / sizeof(ulong));
        fixed (ulong* first = line)
            return Match((byte*)first, print);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Match(byte* line, ulong print)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ulong> all = Vector512.Load((ulong*)line);
            return (uint)Vector512.Equals(all, Vector512.Create(print)).ExtractMostSignificantBits()
                & SlotMask;
        }

        if (Vector256.IsHardwareAccelerated)
        {
            // Two loads that overlap: a branch for the last slot would often be foretold wrongly.
            Vector256<ulong> wanted = Vector256.Create(print);
            Vector256<ulong> first = Vector256.Equals(Vector256.Load((ulong*)line), wanted);
            Vector256<ulong> last = Vector256.Equals(Vector256.Load((ulong*)line + 1), wanted);
            return first.ExtractMostSignificantBits() | (last.ExtractMostSignificantBits() << 1);
        }

        return MatchScalar(new ReadOnlySpan<ulong>(line, Slots), print);
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint bytes, int advice);

    private byte* LineOf(ulong place) => _memory + ((long)IndexOf(place) * LineBytes);

    /// <summary>Finds a fingerprint in the lines after its own, which is full.</summary>
    internal static bool TryFindBeyond(byte* line, ulong print, out uint value)
    {
        for (int walked = 1; walked < WalkMax; walked++)
        {
            line += LineBytes;
            uint slots = Match(line, print);
            if (slots != 0)
            {
                value = ((uint*)(line + ValuesOffset))[uint.TrailingZeroCount(slots)];
                return true;
            }

            if ((*(uint*)(line + FlagsOffset) & Spilled) == 0)
                break;
        }

        value = 0;
        return false;
    }

    /// <summary>Whether a walk has a free slot, and no slot before it has the fingerprint.</summary>
    private static bool HasRoom(byte* line, ulong print)
    {
        for (int walked = 0; walked < WalkMax; walked++, line += LineBytes)
        {
            if (Match(line, print) != 0)
                return false;
            if (Match(line, 0) != 0)
                return true;
        }

        return false;
    }
}
