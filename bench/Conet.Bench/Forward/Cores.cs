namespace Conet.Bench.Forward;

/// <summary>Which core does what: the forwarder alone on the last one.</summary>
internal static class Cores
{
    public static int Forwarder => Environment.ProcessorCount - 1;

    public static int Generator => 0;

    public static int Sink => Environment.ProcessorCount > 2 ? 1 : 0;
}
