namespace Conet.Bench.Forward;

/// <summary>What is said of several rounds.</summary>
internal static class Statistics
{
    /// <summary>The middle one, or the mean of the two middle ones; 0 of none.</summary>
    public static double Median(IEnumerable<double> numbers) => Quantile([.. numbers.Order()], 0.5);

    /// <summary>
    /// Distance of the quartiles, as a share of the median; 0 of fewer than two.
    /// </summary>
    public static double Spread(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        double median = Quantile(sorted, 0.5);
        return median == 0 ? 0 : (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / median;
    }

    /// <summary>Between two numbers their line.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
            return 0;
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }
}
