namespace Conet.Bench.Forward;

/// <summary>One load of a plan, and how thoroughly it is measured.</summary>
/// <param name="Load">The load.</param>
/// <param name="Rounds">Searches for the lossless rate; the medians are over these.</param>
/// <param name="LatencyRounds">Rounds of latencies, after those.</param>
/// <param name="MainOnly">Whether just the main variants are measured.</param>
internal sealed record ForwardPoint(ForwardLoad Load, int Rounds, int LatencyRounds, bool MainOnly);
