namespace Conet.Bench.Forward;

/// <summary>What was measured of one variant under one load: medians of its rounds.</summary>
internal sealed record ForwardRow
{
    public required string Variant { get; init; }

    public required LinkModel Model { get; init; }

    public required int Sources { get; init; }

    public required int Hops { get; init; }

    public required int Routes { get; init; }

    /// <summary>Highest rate with at most 1 % lost.</summary>
    public required double LosslessCellsPerSecond { get; init; }

    /// <summary>Cells that come through when the generator sends all it can.</summary>
    public required double OverloadCellsPerSecond { get; init; }

    /// <summary>
    /// Cells that the generator sent then. If hardly more, the generator is what was measured.
    /// </summary>
    public required double OfferedCellsPerSecond { get; init; }

    /// <summary>
    /// Cells per second of the forwarder's core, under overload; null where the kernel receives in
    /// interrupts, whose time it does not tell.
    /// </summary>
    public required double? CellsPerCpuSecond { get; init; }

    /// <summary>Latencies at half of the lossless rate. Microseconds.</summary>
    public required Latency AtHalf { get; init; }

    /// <summary>Latencies at 80 % of the lossless rate. Microseconds.</summary>
    public required Latency AtMost { get; init; }

    /// <summary>Managed memory that our forwarder's thread took after warm-up, all rounds together.</summary>
    public required long BytesAllocated { get; init; }

    /// <summary>Cells that were altered, doubled or misled, all rounds together.</summary>
    public required long Faults { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Highest less lowest lossless rate of the rounds, as a share of the median.</summary>
    public required double Spread { get; init; }

    /// <summary>Percentiles of the time from the generator's send to the sink. Microseconds.</summary>
    internal readonly record struct Latency(double P50, double P99, double P999);
}
