using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward;

/// <summary>One measurement: cells at a rate for a while, and what came of them.</summary>
/// <param name="Sent">What the generator did.</param>
/// <param name="Heard">What the sink heard.</param>
/// <param name="CpuSeconds">What the forwarder used of its core.</param>
/// <param name="BytesAllocated">Managed memory its thread took; 0 for others than ours.</param>
internal sealed record Probe(SendReport Sent, HearReport Heard, double CpuSeconds, long BytesAllocated)
{
    private const int SettleMs = 150;

    private static int _run;

    /// <summary>Share of the cells that did not come.</summary>
    public double Loss => Sent.Cells == 0 ? 1 : 1 - ((double)Heard.Cells / Sent.Cells);

    /// <summary>Cells that came, per second of sending.</summary>
    public double CellsPerSecond => Heard.Cells / Sent.Seconds;

    /// <summary>Cells that came, per second of the forwarder's core.</summary>
    public double CellsPerCpuSecond => CpuSeconds == 0 ? 0 : Heard.Cells / CpuSeconds;

    /// <summary>Cells that came and should not have: altered, doubled, or at another node.</summary>
    public long Faults => Heard.Duplicates + Heard.WrongHop + Heard.Corrupt + Heard.WrongSize;

    /// <summary>Measures.</summary>
    /// <param name="variant">Who forwards; must be active.</param>
    /// <param name="sink">Who hears.</param>
    /// <param name="rate">Cells a second; 0 for all that the generator can.</param>
    /// <param name="seconds">How long.</param>
    public static Probe Take(Variant variant, ToolProcess sink, double rate, double seconds)
    {
        int run = ++_run;
        sink.Ask<HearReport>($"take {run}");
        variant.Take();
        double cpu = variant.CpuSeconds();
        FormattableString order = $"{rate:0.###} {seconds:0.###} {run}";
        SendReport sent = variant.Generator.Ask<SendReport>(FormattableString.Invariant(order));
        Thread.Sleep(SettleMs);
        double used = variant.CpuSeconds() - cpu;
        HearReport heard = sink.Ask<HearReport>($"take {run}");
        return new Probe(sent, heard, used, variant.Take()?.BytesAllocated ?? 0);
    }
}
