using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward;

/// <summary>What the rounds of one variant brought so far.</summary>
internal sealed class VariantRounds(StartedVariant variant)
{
    private readonly List<Probe> _overloads = [];
    private readonly List<double> _lossless = [];
    private readonly List<double> _strict = [];
    private readonly Dictionary<LatencyLoad, List<ForwardRow.Latency>> _latencies = [];
    private long _bytesAllocated;
    private long _faults;

    public StartedVariant Variant { get; } = variant;

    /// <summary>The median so far; 0 before the first round.</summary>
    public double Lossless => Statistics.Median(_lossless);

    /// <summary>Measures at a rate while the variant is active, and counts what must never happen.</summary>
    public Probe Take(double rate, double seconds)
    {
        Probe probe = Probe.Take(Variant, rate, seconds);
        _faults += probe.Faults;
        _bytesAllocated += probe.BytesAllocated;
        return probe;
    }

    /// <summary>An overload, and the search for the lossless rates.</summary>
    public void Search(ForwardPlan plan)
    {
        Probe overload = Take(0, plan.Seconds);
        LosslessSearch search = new(
            overload.Outcome,
            Lossless,
            plan.Steps,
            plan.StrictSteps,
            rate => Take(rate, plan.Seconds).Outcome);
        _overloads.Add(overload);
        _lossless.Add(search.Lossless);
        _strict.Add(search.Strict);
    }

    /// <summary>Latencies at each load.</summary>
    /// <param name="plan">How long.</param>
    /// <param name="yardstick">
    /// The rate of c-mmsg, half of which is one of them, for peers if they bear it; 0 if not known.
    /// </param>
    public void Listen(ForwardPlan plan, double yardstick)
    {
        Listen(LatencyLoad.Half, Lossless * LatencyLoads.Half, plan.Seconds);
        Listen(LatencyLoad.High, Lossless * LatencyLoads.High, plan.Seconds);
        Listen(LatencyLoad.Low, LatencyLoads.LowRate, LatencyLoads.LowSeconds);
        double common = yardstick * LatencyLoads.Half;
        if (!Variant.IsPeer || common <= Lossless)
            Listen(LatencyLoad.Yardstick, common, plan.Seconds);
    }

    /// <summary>The medians.</summary>
    public ForwardRow Row(ForwardPlan plan, ForwardLoad load)
    {
        bool isTimeKnown = plan.Model != LinkModel.Wire && _overloads.Exists(probe => probe.CpuSeconds > 0);
        return new ForwardRow
        {
            Variant = Variant.Name,
            Note = Variant.Note,
            IsPeer = Variant.IsPeer,
            Model = plan.Model,
            Load = load,
            Routes = plan.Routes,
            LosslessCellsPerSecond = Lossless,
            StrictCellsPerSecond = Statistics.Median(_strict),
            OverloadCellsPerSecond = Statistics.Median(_overloads.Select(probe => probe.CellsPerSecond)),
            OfferedCellsPerSecond = Statistics.Median(_overloads.Select(probe => probe.Sent.CellsPerSecond)),
            HeadroomCellsPerSecond =
                Statistics.Median(_overloads.Select(probe => probe.HarnessCellsPerSecond)),
            CellsPerCpuSecond = isTimeKnown
                ? Statistics.Median(_overloads.Select(probe => probe.CellsPerCpuSecond))
                : null,
            CoreShare = isTimeKnown
                ? Statistics.Median(_overloads.Select(probe => probe.CpuSeconds / probe.Sent.Seconds))
                : null,
            AtHalf = Latency(LatencyLoad.Half),
            AtHigh = Latency(LatencyLoad.High),
            AtLow = Latency(LatencyLoad.Low),
            AtYardstick = Latency(LatencyLoad.Yardstick),
            BytesAllocated = _bytesAllocated,
            Faults = _faults,
            Rounds = _lossless.Count,
            Spread = Statistics.Spread(_lossless),
        };
    }

    private void Listen(LatencyLoad load, double rate, double seconds)
    {
        if (rate == 0)
            return;
        Probe probe = Take(rate, seconds);
        if (probe.Heard.Cells == 0)
            return;
        if (!_latencies.TryGetValue(load, out List<ForwardRow.Latency>? taken))
            _latencies.Add(load, taken = []);
        taken.Add(new ForwardRow.Latency(probe.Heard.P50Us, probe.Heard.P99Us, probe.Heard.P999Us));
    }

    private ForwardRow.Latency? Latency(LatencyLoad load) =>
        _latencies.TryGetValue(load, out List<ForwardRow.Latency>? taken)
            ? new ForwardRow.Latency(
                Statistics.Median(taken.Select(latency => latency.P50)),
                Statistics.Median(taken.Select(latency => latency.P99)),
                Statistics.Median(taken.Select(latency => latency.P999)))
            : null;
}
