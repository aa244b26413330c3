namespace Conet.Bench.Forward;

/// <summary>The rates that latencies are measured at.</summary>
internal static class LatencyLoads
{
    /// <summary>A rate at which every cell travels alone.</summary>
    public const double LowRate = 1000;

    /// <summary>Enough cells at the low rate for a 99th percentile. Seconds.</summary>
    public const double LowSeconds = 1;

    /// <summary>Whose lossless rate, halved, all are compared at.</summary>
    public const string YardstickVariant = "c-mmsg";

    public const double Half = 0.5;

    public const double High = 0.8;

    private const int OtherLoads = 3;

    /// <summary>Seconds that all of them take, of one variant.</summary>
    public static double Seconds(double probeSeconds) =>
        LowSeconds + (OtherLoads * probeSeconds) + ((OtherLoads + 1) * Probe.OverheadSeconds);
}
