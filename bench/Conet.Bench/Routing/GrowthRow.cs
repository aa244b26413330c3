namespace Conet.Bench.Routing;

/// <summary>What something else than look-ups costs at a size.</summary>
/// <param name="Mode"><c>update</c>, <c>load</c>, ...: what was done.</param>
/// <param name="Routes">Whole addresses in the table.</param>
/// <param name="Items">Routes or changes that it was done with.</param>
/// <param name="Seconds">Of each round.</param>
internal sealed record GrowthRow(string Mode, long Routes, long Items, IReadOnlyList<double> Seconds)
{
    /// <summary>Look-ups of another thread meanwhile; 0 where there was none.</summary>
    public double LookUpsPerSecond { get; init; }
}
