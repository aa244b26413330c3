namespace Conet.LoadGen.Tools;

/// <summary>What the sink heard since it was last asked.</summary>
internal sealed record HearReport
{
    /// <summary>Cells that were right in every byte, each counted once.</summary>
    public required long Cells { get; init; }

    /// <summary>Cells that were right and had been heard before.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Cells of an earlier run, which say nothing about this one.</summary>
    public required long Late { get; init; }

    /// <summary>Cells that came to another address than their route's next hop.</summary>
    public required long WrongHop { get; init; }

    /// <summary>Cells with a changed byte.</summary>
    public required long Corrupt { get; init; }

    /// <summary>Datagrams that are no cell.</summary>
    public required long WrongSize { get; init; }

    /// <summary>Receives of the kernel that brought the cells; a train is one.</summary>
    public required long Trains { get; init; }

    /// <summary>From the first cell to the last.</summary>
    public required double Seconds { get; init; }

    /// <summary>Half of the cells took no longer from the generator's send to here. Microseconds.</summary>
    public required double P50Us { get; init; }

    /// <summary>99 of 100.</summary>
    public required double P99Us { get; init; }

    /// <summary>999 of 1000.</summary>
    public required double P999Us { get; init; }

    /// <summary>The slowest.</summary>
    public required double MaxUs { get; init; }
}
