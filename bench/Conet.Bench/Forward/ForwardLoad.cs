namespace Conet.Bench.Forward;

/// <summary>What a forwarder is loaded with.</summary>
/// <param name="Sources">Addresses that cells come from.</param>
/// <param name="Hops">Next hops that its routes lead to.</param>
internal readonly record struct ForwardLoad(int Sources, int Hops)
{
    private const int PolledTogether = 64;

    /// <summary>
    /// Cells a source sends at once: of 64 packets that the kernel polls together, each source has sent as
    /// many.
    /// </summary>
    public int Train => Math.Clamp(PolledTogether / Sources, 1, Conet.Wire.Limits.TrainCellsMax);

    public override string ToString() => $"{Count(Sources, "source")}, {Count(Hops, "hop")}";

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
