namespace Conet.Bench.Forward;

/// <summary>What came of cells that were sent at a rate.</summary>
/// <param name="Sent">Cells a second that were sent.</param>
/// <param name="Came">Cells a second that came through.</param>
internal readonly record struct RateOutcome(double Sent, double Came)
{
    /// <summary>Share of the cells that did not come.</summary>
    public double Loss => Sent == 0 ? 1 : 1 - (Came / Sent);
}
