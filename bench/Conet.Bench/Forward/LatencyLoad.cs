namespace Conet.Bench.Forward;

/// <summary>A rate that latencies are measured at; see <see cref="LatencyLoads"/>.</summary>
internal enum LatencyLoad
{
    /// <summary>Half of the variant's own lossless rate.</summary>
    Half,

    /// <summary>80 % of it.</summary>
    High,

    /// <summary>1 000 cells a second.</summary>
    Low,

    /// <summary>Half of the lossless rate of c-mmsg.</summary>
    Yardstick,
}
