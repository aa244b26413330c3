using System.Buffers.Binary;
using Conet.LoadGen.Cells;
using Conet.Wire.Addresses;

namespace Conet.Bench.Routing;

/// <summary>
/// Routes by number and what is asked of them, the same for every structure; bench/reference/lookups.c makes
/// the same ones. A route's value is its number modulo <see cref="Nodes"/>.
/// </summary>
/// <param name="Routes">Whole addresses, at most 2^31.</param>
/// <param name="Crowd">So many of the first share their first 40 bits.</param>
/// <param name="PrefixEvery">Of so many queries one has no route and lies under a node; 0 for none.</param>
internal readonly record struct LookUpScene(long Routes, long Crowd, int PrefixEvery)
{
    /// <summary>Queries, in an order that no cache foresees; asked again and again.</summary>
    public const int Queries = 1 << 20;

    /// <summary>Look-ups of one batch.</summary>
    public const int Batch = 1024;

    /// <summary>Nodes, and prefixes of 32 bits, with the values 1 to this.</summary>
    public const int Nodes = 256;

    public const int NodePrefixBits = 32;

    public const ulong Seed = 20_260_101;

    private const int CrowdBytes = 5;
    private const byte CrowdFill = 0xC0;

    private static readonly LoadRoutes _routes = new(Seed, int.MaxValue, Nodes);
    private static readonly LoadRoutes _strangers = new(~Seed, int.MaxValue, Nodes);

    /// <summary>What a person calls it.</summary>
    public string Load => Crowd > 0 ? "crowd" : PrefixEvery > 0 ? "prefix" : "hits";

    /// <summary>The value of a route.</summary>
    public static uint ValueOf(long route) => (uint)(route % Nodes);

    /// <summary>The prefix of a node.</summary>
    public static Address Prefix(uint node)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, node);
        return new Address(bytes);
    }

    /// <summary>Writes the 20 bytes of a route's address.</summary>
    public void WriteAddress(long route, Span<byte> address)
    {
        _routes.WriteAddress((uint)route, address);
        if (route < Crowd)
            address[..CrowdBytes].Fill(CrowdFill);
    }

    /// <summary>Routes with their values, for <c>RouteTrie.Load</c>.</summary>
    public void Read(long first, Span<byte> addresses, Span<uint> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            WriteAddress(first + index, addresses[(index * Address.Size)..]);
            values[index] = ValueOf(first + index);
        }
    }

    /// <summary>20 bytes for each query.</summary>
    public byte[] MakeQueries()
    {
        byte[] queries = new byte[Queries * Address.Size];
        for (int query = 0; query < Queries; query++)
        {
            Span<byte> address = queries.AsSpan(query * Address.Size, Address.Size);
            ulong number = LoadRoutes.Mix(Seed + 0xC0FFEE + (ulong)query);
            if (PrefixEvery == 0 || query % PrefixEvery != 0)
            {
                WriteAddress((long)(number % (ulong)Routes), address);
                continue;
            }

            _strangers.WriteAddress((uint)query, address);
            BinaryPrimitives.WriteUInt32BigEndian(address, 1 + (uint)(number % Nodes));
        }

        return queries;
    }
}
