namespace Conet.Bench.Results;

/// <summary>One measured case. Times are for one item: a cell, a look-up, a signature.</summary>
internal sealed record Measurement
{
    /// <summary>The question: parse, look-up, forward, seal, ...</summary>
    public required string Question { get; init; }

    /// <summary>Which way of answering it, or under which conditions.</summary>
    public required string Case { get; init; }

    /// <summary>What is counted, in the singular; part of the JSON keys.</summary>
    public required string Item { get; init; }

    /// <summary>Mean time. Nanoseconds.</summary>
    public required double NanosecondsPerItem { get; init; }

    /// <summary>Half of the 99.9 % confidence interval of the mean. Nanoseconds.</summary>
    public required double ErrorNanoseconds { get; init; }

    /// <summary>Managed memory, by MemoryDiagnoser.</summary>
    public required double BytesAllocatedPerItem { get; init; }

    /// <summary>Measured rounds; the mean is theirs.</summary>
    public required int Rounds { get; init; }

    /// <summary>The question's base line; every ratio is to it.</summary>
    public required bool IsBaseline { get; init; }

    /// <summary>
    /// Time divided by that of the question's base line; null if that was not measured in the same run.
    /// </summary>
    public double? Ratio { get; init; }

    /// <summary>Widest vectors the JIT was let use, in bits; 0 for none.</summary>
    public required int VectorBits { get; init; }

    /// <summary>Routes of the table; 0 where there is none.</summary>
    public int Routes { get; init; }

    /// <summary>Items a second, one core.</summary>
    public double ItemsPerSecond => 1e9 / NanosecondsPerItem;

    /// <summary>The same measurements with their ratios filled in.</summary>
    public static IReadOnlyList<Measurement> WithRatios(IReadOnlyList<Measurement> measurements) =>
    [
        .. measurements.Select(row =>
        {
            Measurement? baseline = measurements.FirstOrDefault(
                other => other.IsBaseline && other.Question == row.Question);
            return baseline is null
                ? row
                : row with { Ratio = row.NanosecondsPerItem / baseline.NanosecondsPerItem };
        }),
    ];
}
