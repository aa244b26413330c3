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

    /// <summary>
    /// Probes of one rate: a machine that does something else for a few milliseconds spoils a probe, and says
    /// nothing about the rate. Alike for everyone who is measured.
    /// </summary>
    private const int TriesMax = 3;

    private readonly List<RateOutcome> _probes = [];

    /// <summary>Searches.</summary>
    /// <param name="overload">What came through of all that the generator could send.</param>
    /// <param name="guess">What earlier rounds found; 0 for nothing.</param>
    /// <param name="steps">Most probes for the rate with at most 1 % lost.</param>
    /// <param name="strictSteps">Most further ones, for that with at most 0.1 %.</param>
    /// <param name="take">Measures at a rate.</param>
    public LosslessSearch(
        RateOutcome overload, double guess, int steps, int strictSteps, Func<double, RateOutcome> take)
    {
        _probes.Add(overload);
        double most = Math.Min(overload.Sent, overload.Came * SearchTo);
        Halve(overload.Came * SearchFrom, most, guess, LossMax, steps, take);
        double limit = Best(LossMax);
        Halve(limit * SearchFrom, limit, 0, StrictLossMax, strictSteps, take);
        Lossless = limit;
        Strict = Best(StrictLossMax);
    }

    /// <summary>Highest rate that came through with at most 1 % lost; 0 if there was none.</summary>
    public double Lossless { get; }

    /// <summary>Highest rate that came through with at most 0.1 % lost; 0 if there was none.</summary>
    public double Strict { get; }

    private double Best(double lossMax) =>
        _probes.Where(probe => probe.Loss <= lossMax).Select(probe => probe.Came).DefaultIfEmpty().Max();

    /// <summary>Narrows to the border by what is known, then probes the middle of what is left.</summary>
    private void Halve(
        double low, double high, double guess, double lossMax, int steps, Func<double, RateOutcome> take)
    {
        for (int step = 0; step < steps; step++)
        {
            foreach (RateOutcome probe in _probes)
            {
                if (probe.Loss <= lossMax)
                    low = Math.Max(low, probe.Sent);
            }

            foreach (RateOutcome probe in _probes.Where(probe => probe.Loss > lossMax))
            {
                if (probe.Sent > low)
                    high = Math.Min(high, probe.Sent);
            }

            if (high - low <= high * Resolution)
                return;
            double near = step switch
            {
                0 => guess * (1 - Nearby),
                1 => guess * (1 + Nearby),
                _ => 0,
            };
            _probes.Add(Try(near > low && near < high ? near : (low + high) / 2, lossMax, take));
        }
    }

    /// <summary>The best of a few probes of one rate; the first that is good enough is the last.</summary>
    private static RateOutcome Try(double rate, double lossMax, Func<double, RateOutcome> take)
    {
        RateOutcome best = take(rate);
        for (int tries = 1; tries < TriesMax && best.Loss > lossMax; tries++)
        {
            RateOutcome next = take(rate);
            if (next.Loss < best.Loss)
                best = next;
        }

        return best;
    }
}
