namespace Conet.Routing.Mirror;

/// <summary>What a mirror thinks of one provider at one moment. Immutable.</summary>
/// <param name="Name">Host and port.</param>
/// <param name="State">Whether it is asked.</param>
/// <param name="RestSeconds">How long it is not asked from now on; 0 while it is.</param>
/// <param name="Score">0 to 1: what it is worth beside others; lies weigh most, then failures, then
/// time.</param>
/// <param name="Answers">Answers that were used.</param>
/// <param name="Failures">Failures since the last answer that was used.</param>
/// <param name="Lies">Times that something proved it wrong.</param>
/// <param name="LatencyMs">Usual time to an answer, milliseconds; 0 before the first.</param>
/// <param name="LastProblem">What it did wrong last, one line; null if nothing yet.</param>
public sealed record ProviderStatus(
    string Name,
    ProviderState State,
    double RestSeconds,
    double Score,
    long Answers,
    int Failures,
    long Lies,
    double LatencyMs,
    string? LastProblem);
