using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Conet.Wire.Cells;

namespace Conet.LoadGen.Cells;

/// <summary>
/// What the generator puts where a real cell has its seal, so that the sink can tell what became of it.
/// <code>
///  0       20        28         36       40      44                      1160
///  +-------+---------+----------+--------+-------+-----------------------+
///  | route | number  | sent ns  | route  | slot  | pattern of the slot   |
///  +-------+---------+----------+--------+-------+-----------------------+
/// </code>
/// The number's upper 24 bits name the run, so that a cell that was held up is not taken for one of the next.
/// Only the first 40 bytes change from one use of a slot to the next; little-endian.
/// </summary>
internal static class LoadCell
{
    /// <summary>Different patterns.</summary>
    public const int Slots = 256;

    private const int NumberOffset = CellLayout.DestinationSize;
    private const int SentOffset = NumberOffset + sizeof(ulong);
    private const int RouteOffset = SentOffset + sizeof(long);
    private const int SlotOffset = RouteOffset + sizeof(uint);
    private const int PatternOffset = SlotOffset + sizeof(uint);
    private const int PatternBytes = CellLayout.Size - PatternOffset;
    private const int RunShift = 40;
    private const ulong PatternSeed = 0xC0E7;

    private static readonly byte[] _patterns = MakePatterns();

    /// <summary>The number of a run's first cell.</summary>
    public static ulong FirstOf(int run) => (ulong)run << RunShift;

    /// <summary>The run that a number belongs to.</summary>
    public static int RunOf(ulong number) => (int)(number >> RunShift);

    /// <summary>The cell's number, counted from its run's first.</summary>
    public static ulong NumberOf(ReadOnlySpan<byte> cell) =>
        BinaryPrimitives.ReadUInt64LittleEndian(cell[NumberOffset..]);

    /// <summary>When it was sent, nanoseconds of the system's monotonic clock.</summary>
    public static long SentOf(ReadOnlySpan<byte> cell) =>
        BinaryPrimitives.ReadInt64LittleEndian(cell[SentOffset..]);

    /// <summary>The number of its route.</summary>
    public static uint RouteOf(ReadOnlySpan<byte> cell) =>
        BinaryPrimitives.ReadUInt32LittleEndian(cell[RouteOffset..]);

    /// <summary>Writes what never changes for a slot.</summary>
    public static void Prepare(int slot, Span<byte> cell)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(cell[SlotOffset..], (uint)slot);
        PatternOf(slot).CopyTo(cell[PatternOffset..]);
    }

    /// <summary>Writes what is new in a cell.</summary>
    public static void Write(in LoadRoutes routes, ulong number, long sentNs, Span<byte> cell)
    {
        uint route = routes.RouteOf(number);
        routes.WriteAddress(route, cell);
        BinaryPrimitives.WriteUInt64LittleEndian(cell[NumberOffset..], number);
        BinaryPrimitives.WriteInt64LittleEndian(cell[SentOffset..], sentNs);
        BinaryPrimitives.WriteUInt32LittleEndian(cell[RouteOffset..], route);
    }

    /// <summary>True if every byte is what <see cref="Prepare"/> and <see cref="Write"/> wrote.</summary>
    public static bool IsIntact(in LoadRoutes routes, ReadOnlySpan<byte> cell)
    {
        uint slot = BinaryPrimitives.ReadUInt32LittleEndian(cell[SlotOffset..]);
        uint route = RouteOf(cell);
        if (slot >= Slots || route != routes.RouteOf(NumberOf(cell)))
            return false;
        Span<byte> address = stackalloc byte[LoadRoutes.AddressBytes];
        routes.WriteAddress(route, address);
        return cell[..LoadRoutes.AddressBytes].SequenceEqual(address)
            && cell[PatternOffset..].SequenceEqual(PatternOf((int)slot));
    }

    private static ReadOnlySpan<byte> PatternOf(int slot) =>
        _patterns.AsSpan(slot * PatternBytes, PatternBytes);

    private static byte[] MakePatterns()
    {
        byte[] patterns = new byte[Slots * PatternBytes];
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(patterns.AsSpan());
        for (int word = 0; word < words.Length; word++)
            words[word] = LoadRoutes.Mix(PatternSeed + (ulong)word);
        return patterns;
    }
}
