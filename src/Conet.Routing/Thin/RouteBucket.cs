using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>
/// Routes under one prefix at one block, each proved to be the registry's. That a wallet is not among them
/// proves nothing: storage keys are hashes, so a bucket cannot show that it is complete. Immutable.
/// </summary>
public sealed class RouteBucket
{
    private readonly BucketRecord[] _records;

    internal RouteBucket(BucketHead head, BucketRecord[] records)
    {
        Head = head;
        _records = records;
    }

    /// <summary>Block and prefix.</summary>
    public BucketHead Head { get; }

    /// <summary>Routes, ascending by wallet.</summary>
    public IReadOnlyList<BucketRecord> Records => _records;

    /// <summary>
    /// Bits that a client names of an address in a table of so many routes: the most with which it meets at
    /// least <see cref="BucketLimits.RecordsAimed"/> routes on average.
    /// </summary>
    public static int BitsFor(ulong tableRecords)
    {
        int bits = 0;
        while (bits < AddressPrefix.BitsMax && tableRecords >> (bits + 1) >= BucketLimits.RecordsAimed)
            bits++;
        return bits;
    }

    /// <summary>Finds a wallet's route.</summary>
    public bool TryGet(in Address wallet, out BucketRecord record)
    {
        int low = 0, high = _records.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_records[middle].Wallet < wallet)
                low = middle + 1;
            else
                high = middle;
        }

        record = low < _records.Length ? _records[low] : default;
        return low < _records.Length && record.Wallet == wallet;
    }
}
