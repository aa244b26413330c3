using System.Numerics;
using Conet.Wire.Addresses;
using Conet.Wire.Native;

namespace Conet.Routing.Tables;

/// <summary>
/// Makes a <see cref="RouteTrie"/> of many addresses at once: counts what goes to which shard, copies it
/// there, then makes each shard, in parts that all processors share.
/// </summary>
/// <param name="key">Decides where each address lies.</param>
/// <param name="count">Addresses.</param>
/// <param name="read">Gives them.</param>
internal sealed class RouteTrieLoader(FingerprintKey key, long count, RouteReader read)
{
    /// <summary>Addresses that one thread takes at a time.</summary>
    private const int PartSize = 1 << 16;

    private readonly int _bits = BitsFor(count);

    /// <summary>Makes the trie; once.</summary>
    public RouteTrie Load()
    {
        int parts = checked((int)((count + PartSize - 1) / PartSize));
        int[][] places = new int[parts][];
        Parallel.For(0, parts, part => places[part] = Count(part));
        int[] sizes = Place(places);
        byte[][] addresses = [.. sizes.Select(size => Bytes(size))];
        uint[][] values = [.. sizes.Select(size => GC.AllocateUninitializedArray<uint>(size))];
        Parallel.For(0, parts, part => Copy(part, places[part], addresses, values));
        List<RouteShard>[] shards = [.. sizes.Select(_ => new List<RouteShard>())];
        Parallel.For(0, shards.Length, shard =>
        {
            RouteShard.Make(key, _bits, addresses[shard], values[shard], shards[shard]);
            addresses[shard] = [];
            values[shard] = [];
        });
        return new RouteTrie(key, [.. shards.SelectMany(shard => shard)], []);
    }

    /// <summary>So many that a shard that happens to be larger than the average still is one.</summary>
    private static int BitsFor(long count)
    {
        const long Average = RouteShard.AddressesMax / 8 * 7;
        return BitOperations.Log2((ulong)Math.Max(1, (count + Average - 1) / Average * 2 - 1));
    }

    private static byte[] Bytes(int addresses) =>
        GC.AllocateUninitializedArray<byte>(checked(addresses * Address.Size));

    private int ShardOf(ReadOnlySpan<byte> address) =>
        _bits == 0 ? 0 : (int)(key.Hash(address).Place >> (64 - _bits));

    private int SizeOf(int part) => (int)Math.Min(PartSize, count - ((long)part * PartSize));

    private int[] Count(int part)
    {
        int[] counts = new int[1 << _bits];
        int size = SizeOf(part);
        byte[] addresses = Bytes(size);
        read((long)part * PartSize, addresses, new uint[size]);
        for (int index = 0; index < size; index++)
            counts[ShardOf(addresses.AsSpan(index * Address.Size, Address.Size))]++;
        return counts;
    }

    /// <summary>Turns counts of parts into where each begins in a shard; gives the shards' sizes.</summary>
    private int[] Place(int[][] counts)
    {
        int[] sizes = new int[1 << _bits];
        foreach (int[] part in counts)
        {
            for (int shard = 0; shard < sizes.Length; shard++)
                (part[shard], sizes[shard]) = (sizes[shard], sizes[shard] + part[shard]);
        }

        return sizes;
    }

    private void Copy(int part, int[] places, byte[][] addresses, uint[][] values)
    {
        int size = SizeOf(part);
        byte[] own = Bytes(size);
        uint[] ownValues = GC.AllocateUninitializedArray<uint>(size);
        read((long)part * PartSize, own, ownValues);
        for (int index = 0; index < size; index++)
        {
            ReadOnlySpan<byte> address = own.AsSpan(index * Address.Size, Address.Size);
            int shard = ShardOf(address);
            int at = places[shard]++;
            address.CopyTo(addresses[shard].AsSpan(at * Address.Size));
            values[shard][at] = ownValues[index];
        }
    }
}
