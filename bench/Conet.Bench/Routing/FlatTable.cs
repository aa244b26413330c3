using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Bench.Routing;

/// <summary>
/// A flat table with open addressing: slots of 32 bytes with the whole address, linear probing, seven of ten
/// slots taken, the same keyed hash as the trie. Made once.
/// </summary>
internal sealed class FlatTable
{
    private const double SlotsTaken = 0.7;

    private readonly FingerprintKey _key;
    private readonly Slot[] _slots;

    public FlatTable(ReadOnlySpan<byte> secret, long routes)
    {
        _key = new FingerprintKey(secret);
        _slots = new Slot[(int)(1 + (routes / SlotsTaken))];
    }

    public long Bytes => _slots.LongLength * Unsafe.SizeOf<Slot>();

    /// <summary>Where the walk of an address begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PlaceOf(ReadOnlySpan<byte> address)
    {
        (ulong place, _) = _key.Hash(address);
        return (int)Math.BigMul(place, (ulong)_slots.Length, out _);
    }

    /// <summary>Asks for the first slot without waiting for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int place) => CacheLine.Prefetch(ref _slots[place]);

    /// <summary>Finds an address that is not zero.</summary>
    public bool TryFind(int place, ReadOnlySpan<byte> address, out uint value)
    {
        Address whole = new(address);
        for (; ; place = Next(place))
        {
            ref Slot slot = ref _slots[place];
            if (slot.Address == whole)
            {
                value = slot.Value;
                return true;
            }

            if (slot.Address.IsZero)
            {
                value = 0;
                return false;
            }
        }
    }

    /// <summary>Inserts an address that is not there.</summary>
    public void Insert(ReadOnlySpan<byte> address, uint value)
    {
        int place = PlaceOf(address);
        while (!_slots[place].Address.IsZero)
            place = Next(place);
        _slots[place] = new Slot { Address = new Address(address), Value = value };
    }

    private int Next(int place) => place + 1 == _slots.Length ? 0 : place + 1;

    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Slot
    {
        public Address Address;
        public uint Value;
    }
}
