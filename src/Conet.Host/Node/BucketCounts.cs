namespace Conet.Host.Node;

/// <summary>What a node did about prefix buckets. Immutable.</summary>
public sealed record BucketCounts
{
    /// <summary>Made since the process began.</summary>
    public long Made { get; init; }

    /// <summary>Not made, since no provider gave proofs that hold.</summary>
    public long Failed { get; init; }

    /// <summary>Kept now, refusals included.</summary>
    public int Kept { get; init; }

    /// <summary>Bytes of what is kept.</summary>
    public long KeptBytes { get; init; }

    /// <summary>Waiting to be made.</summary>
    public int Waiting { get; init; }
}
