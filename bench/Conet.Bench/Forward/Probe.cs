using System.Globalization;
using Conet.Bench.Forward.Variants;
using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward;

/// <summary>One measurement: cells at a rate for a while, and what came of them.</summary>
/// <param name="Sent">What the generator did.</param>
/// <param name="Heard">What the sink heard.</param>
/// <param name="CpuSeconds">What the forwarder used of its core.</param>
/// <param name="HarnessCellsPerSecond">Cells a second that would fill the harness's cores.</param>
/// <param name="BytesAllocated">Managed memory its thread took; 0 for others than ours.</param>
internal sealed record Probe(
    SendReport Sent, HearReport Heard, double CpuSeconds, double HarnessCellsPerSecond, long BytesAllocated)
{
    /// <summary>What one takes beside sending, about. Seconds.</summary>
    public const double OverheadSeconds = 0.07;

    /// <summary>
    /// A cell that has not come so long after the last was sent is lost. Longer, and a deep socket buffer
    /// would pass for speed.
    /// </summary>
    private const int GraceMs = 10;

    private const int DrainStepMs = 25;
    private const int DrainStepsMax = 40;

    private static int _run;

    /// <summary>What went in and what came out.</summary>
    public RateOutcome Outcome => new(Sent.CellsPerSecond, CellsPerSecond);

    /// <summary>Cells that came, per second of sending.</summary>
    public double CellsPerSecond => Heard.Cells / Sent.Seconds;

    /// <summary>Cells that came, per second of the forwarder's core; 0 if its time is not known.</summary>
    public double CellsPerCpuSecond => CpuSeconds == 0 ? 0 : Heard.Cells / CpuSeconds;

    /// <summary>Cells that came and should not have: altered, doubled, or at another node.</summary>
    public long Faults => Heard.Duplicates + Heard.WrongHop + Heard.Corrupt + Heard.WrongSize;

    /// <summary>Measures, and waits until the last cell is through.</summary>
    /// <param name="variant">Who forwards; must be active.</param>
    /// <param name="rate">Cells a second; 0 for all that the generator can.</param>
    /// <param name="seconds">How long.</param>
    public static Probe Take(StartedVariant variant, double rate, double seconds)
    {
        int run = ++_run;
        Hear(variant, run);
        variant.Take();
        HarnessTime harness = variant.HarnessSeconds();
        double cpu = variant.CpuSeconds();
        FormattableString order = $"{rate:0.###} {seconds:0.###} {run}";
        SendReport sent = variant.Generator.Ask<SendReport>(FormattableString.Invariant(order));
        Thread.Sleep(GraceMs);
        HearReport heard = Hear(variant, run);
        double used = variant.CpuSeconds() - cpu;
        double limit = (variant.HarnessSeconds() - harness).CellsPerSecond(sent.Cells, heard.Cells);
        Drain(variant, run);
        return new Probe(sent, heard, used, limit, variant.Take()?.BytesAllocated ?? 0);
    }

    private static HearReport Hear(StartedVariant variant, int run) =>
        variant.Sink.Ask<HearReport>(string.Create(CultureInfo.InvariantCulture, $"take {run}"));

    private static void Drain(StartedVariant variant, int run)
    {
        for (int step = 0; step < DrainStepsMax; step++)
        {
            Thread.Sleep(DrainStepMs);
            if (Hear(variant, run).Trains == 0)
                return;
        }
    }
}
