namespace Conet.Bench.Forward;

/// <summary>What was measured of one variant under one load: medians of its rounds.</summary>
internal sealed record ForwardRow
{
    private const double NothingLost = 0.02;
    private const double CoreFull = 0.95;

    public required string Variant { get; init; }

    /// <summary>What it does less, or differently, than a node; null if nothing.</summary>
    public required string? Note { get; init; }

    public required bool IsPeer { get; init; }

    public required LinkModel Model { get; init; }

    public required ForwardLoad Load { get; init; }

    public required int Routes { get; init; }

    /// <summary>Highest rate with at most 1 % lost.</summary>
    public required double LosslessCellsPerSecond { get; init; }

    /// <summary>Highest rate with at most 0.1 % lost.</summary>
    public required double StrictCellsPerSecond { get; init; }

    /// <summary>Cells that come through when the generator sends all it can.</summary>
    public required double OverloadCellsPerSecond { get; init; }

    /// <summary>Cells that the generator sent then.</summary>
    public required double OfferedCellsPerSecond { get; init; }

    /// <summary>Cells a second that would fill the cores of generator and sink, under overload.</summary>
    public required double HeadroomCellsPerSecond { get; init; }

    /// <summary>
    /// Cells per second of the forwarder's core, under overload; null where the kernel receives in
    /// interrupts, whose time it does not tell.
    /// </summary>
    public required double? CellsPerCpuSecond { get; init; }

    /// <summary>Share of its core that the forwarder used under overload; null as above.</summary>
    public required double? CoreShare { get; init; }

    /// <summary>Latencies at half of the lossless rate.</summary>
    public required Latency? AtHalf { get; init; }

    /// <summary>Latencies at 80 % of the lossless rate.</summary>
    public required Latency? AtHigh { get; init; }

    /// <summary>Latencies at 1 000 cells a second.</summary>
    public required Latency? AtLow { get; init; }

    /// <summary>Latencies at half of the lossless rate of c-mmsg; null if that was not measured.</summary>
    public required Latency? AtYardstick { get; init; }

    /// <summary>Managed memory that our forwarder's thread took after warm-up, all rounds together.</summary>
    public required long BytesAllocated { get; init; }

    /// <summary>Cells that were altered, doubled or misled, all rounds together.</summary>
    public required long Faults { get; init; }

    public required int Rounds { get; init; }

    /// <summary>
    /// The middle half of the rounds' lossless rates, as a share of the median: one round that something
    /// else disturbed does not show.
    /// </summary>
    public required double Spread { get; init; }

    /// <summary>
    /// Whether the forwarder's limit was not reached, as generator and sink could not do more: under
    /// overload next to nothing was lost, or their cores were full.
    /// </summary>
    public bool IsGeneratorBound =>
        OfferedCellsPerSecond <= OverloadCellsPerSecond * (1 + NothingLost)
        || OverloadCellsPerSecond >= HeadroomCellsPerSecond * CoreFull;

    /// <summary>Percentiles of the time from the generator's send to the sink. Microseconds.</summary>
    internal readonly record struct Latency(double P50, double P99, double P999);
}
