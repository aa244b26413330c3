using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conet.Routing.Tables;

/// <summary>
/// One leaf of the trie: five whole addresses as keyed 64-bit fingerprints, their values, and whether more of
/// them lie elsewhere. 64 bytes, so that a hit reads one line (two where the array is not aligned to lines).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = 64)]
internal struct RouteBucket
{
    public const int Slots = 5;

    public Fingerprints Prints;
    public Values Results;

    /// <summary>True once an address of this leaf had to go to the table of exact addresses.</summary>
    public uint HasOverflow;

    public readonly int IndexOf(ulong print)
    {
        for (int i = 0; i < Slots; i++)
        {
            if (Prints[i] == print)
                return i;
        }

        return -1;
    }

    [InlineArray(Slots)]
    public struct Fingerprints
    {
        private ulong _first;
    }

    [InlineArray(Slots)]
    public struct Values
    {
        private uint _first;
    }
}
