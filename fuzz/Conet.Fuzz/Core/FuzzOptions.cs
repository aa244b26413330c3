namespace Conet.Fuzz.Core;

/// <summary>How long and from where a run goes. Immutable.</summary>
public sealed record FuzzOptions
{
    /// <summary>Cases to run.</summary>
    public ulong Count { get; init; } = 100_000;

    /// <summary>Time after which it ends before <see cref="Count"/> is reached; null for none.</summary>
    public TimeSpan? TimeMax { get; init; }

    /// <summary>Any number; the same one makes the same cases.</summary>
    public ulong Seed { get; init; }

    /// <summary>Inputs besides the target's own seeds, such as the files of a corpus.</summary>
    public IReadOnlyList<byte[]> Corpus { get; init; } = [];

    /// <summary>Different findings after which it ends; 1 ends at the first.</summary>
    public int FindingsMax { get; init; } = 4;

    /// <summary>Longest time of one case.</summary>
    public TimeSpan HangMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the case being run is noted, or null; see <see cref="CaseScratch"/>.</summary>
    public string? ScratchPath { get; init; }

    /// <summary>
    /// Called on a thread of its own when a case hangs. The case cannot be stopped: end the process. The
    /// default prints the finding and does that.
    /// </summary>
    public Action<FuzzFinding> OnHang { get; init; } = static finding =>
    {
        Console.Error.WriteLine(finding.Message);
        Environment.Exit(1);
    };
}
