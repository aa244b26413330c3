using System.Numerics;

namespace Conet.LoadGen.Cells;

/// <summary>
/// Times counted in buckets that are 1/32 wide at most, from a nanosecond to hours, so a percentile is right
/// to 3 %. One thread; nothing is allocated after construction.
/// </summary>
internal sealed class LatencyCounts
{
    private const int FractionBits = 5;
    private const int Fractions = 1 << FractionBits;
    private readonly ulong[] _counts = new ulong[(64 - FractionBits) * Fractions];
    private ulong _total;

    /// <summary>Longest time. Nanoseconds.</summary>
    public long Longest { get; private set; }

    /// <summary>Counts one time.</summary>
    /// <param name="nanoseconds">Negative counts as 0.</param>
    public void Add(long nanoseconds)
    {
        long time = Math.Max(0, nanoseconds);
        _counts[BucketOf((ulong)time)]++;
        _total++;
        Longest = Math.Max(Longest, time);
    }

    /// <summary>The time that a share of all is not above. Nanoseconds; 0 for none.</summary>
    /// <param name="share">0 to 1.</param>
    public long Percentile(double share)
    {
        ulong wanted = (ulong)Math.Ceiling(share * _total);
        ulong seen = 0;
        for (int bucket = 0; bucket < _counts.Length && _total > 0; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted && seen > 0)
                return Math.Min(Longest, TopOf(bucket));
        }

        return 0;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _total = 0;
        Longest = 0;
    }

    private static int BucketOf(ulong time)
    {
        if (time < Fractions)
            return (int)time;
        int power = BitOperations.Log2(time) - FractionBits;
        return ((power + 1) * Fractions) + (int)((time >> power) - Fractions);
    }

    private static long TopOf(int bucket)
    {
        int power = (bucket / Fractions) - 1;
        long fraction = bucket % Fractions;
        return power < 0 ? fraction : ((Fractions + fraction + 1) << power) - 1;
    }
}
