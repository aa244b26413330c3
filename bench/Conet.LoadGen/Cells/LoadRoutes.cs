using System.Buffers.Binary;
using Conet.Wire.Addresses;

namespace Conet.LoadGen.Cells;

/// <summary>
/// The routes of the load generator: an address for each number, from a seed, so that generator, relay and
/// sink need no common file. bench/reference/routes.h makes the same ones.
/// </summary>
/// <param name="Seed">Chooses all addresses.</param>
/// <param name="Count">Numbers are 0 to this, exclusive.</param>
/// <param name="Hops">Next hops; a route's is its number modulo this.</param>
internal readonly record struct LoadRoutes(ulong Seed, int Count, int Hops)
{
    /// <summary>Bytes of an address.</summary>
    public const int AddressBytes = 20;

    private const uint Golden = 0x9E3779B1;

    /// <summary>The address of every route, in place of those from the seed.</summary>
    public Address? Only { get; init; }

    /// <summary>The next hop of a route.</summary>
    public int HopOf(uint route) => (int)(route % (uint)Hops);

    /// <summary>The route of the n-th cell: all of them, in an order that no cache foresees.</summary>
    public uint RouteOf(ulong cell) => (uint)(((ulong)((uint)cell * Golden) * (ulong)Count) >> 32);

    /// <summary>Writes the 20 bytes of a route's address.</summary>
    public void WriteAddress(uint route, Span<byte> address)
    {
        if (Only is { } only)
        {
            only.CopyTo(address);
            return;
        }

        ulong start = Seed + (4UL * route);
        BinaryPrimitives.WriteUInt64LittleEndian(address, Mix(start + 1));
        BinaryPrimitives.WriteUInt64LittleEndian(address[8..], Mix(start + 2));
        BinaryPrimitives.WriteUInt32LittleEndian(address[16..], (uint)Mix(start + 3));
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    public static ulong Mix(ulong x)
    {
        x ^= x >> 30;
        x *= 0xBF58476D1CE4E5B9;
        x ^= x >> 27;
        x *= 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
