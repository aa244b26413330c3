namespace Conet.Bench.Forward;

/// <summary>
/// The search for the highest rate that loses at most a share of its cells, by halving. Every probe counts
/// for both limits; a later round begins near what the earlier ones found.
/// </summary>
internal sealed class LosslessSearch
{
    /// <summary>Share of cells that a lossless rate may lose.</summary>
    public const double LossMax = 0.01;

    /// <summary>The same, strictly.</summary>
    public const double StrictLossMax = 0.001;

    private const double SearchFrom = 0.2;
    private const double SearchTo = 1.3;
    private const double Nearby = 0.15;
    private const double Resolution = 0.01;

    private readonly List<Probe> _probes = [];

    /// <summary>Searches.</summary>
    /// <param name="overload">What came through of all that the generator could send.</param>
    /// <param name="guess">What earlier rounds found; 0 for nothing.</param>
    /// <param name="plan">How many steps.</param>
    /// <param name="take">Measures at a rate.</param>
    public LosslessSearch(Probe overload, double guess, ForwardPlan plan, Func<double, Probe> take)
    {
        _probes.Add(overload);
        double most = Math.Min(overload.Sent.CellsPerSecond, overload.CellsPerSecond * SearchTo);
        Halve(overload.CellsPerSecond * SearchFrom, most, guess, LossMax, plan.Steps, take);
        double limit = Best(LossMax);
        Halve(limit * SearchFrom, limit, 0, StrictLossMax, plan.StrictSteps, take);
        Lossless = limit;
        Strict = Best(StrictLossMax);
    }

    /// <summary>Highest rate that came through with at most 1 % lost; 0 if there was none.</summary>
    public double Lossless { get; }

    /// <summary>Highest rate that came through with at most 0.1 % lost; 0 if there was none.</summary>
    public double Strict { get; }

    private double Best(double lossMax) =>
        _probes.Where(probe => probe.Loss <= lossMax).Select(probe => probe.CellsPerSecond).DefaultIfEmpty().Max();

    /// <summary>Narrows to the border by what is known, then probes the middle of what is left.</summary>
    private void Halve(
        double low, double high, double guess, double lossMax, int steps, Func<double, Probe> take)
    {
        for (int step = 0; step < steps; step++)
        {
            foreach (Probe probe in _probes)
            {
                if (probe.Loss <= lossMax)
                    low = Math.Max(low, probe.Sent.CellsPerSecond);
            }

            foreach (Probe probe in _probes.Where(probe => probe.Loss > lossMax))
            {
                if (probe.Sent.CellsPerSecond > low)
                    high = Math.Min(high, probe.Sent.CellsPerSecond);
            }

            if (high - low <= high * Resolution)
                return;
            double near = step switch
            {
                0 => guess * (1 - Nearby),
                1 => guess * (1 + Nearby),
                _ => 0,
            };
            _probes.Add(take(near > low && near < high ? near : (low + high) / 2));
        }
    }
}
