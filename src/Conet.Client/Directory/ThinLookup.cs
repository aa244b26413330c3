namespace Conet.Client;

/// <summary>How a look-up by buckets ended.</summary>
public enum ThinOutcome
{
    /// <summary>The route was found and proved.</summary>
    Found = 0,

    /// <summary>
    /// No node that was asked knows a route of the wallet. That there is none is not proved: storage keys are
    /// hashes, so a node can leave a route out.
    /// </summary>
    NotKnown,

    /// <summary>No node gave a bucket that holds; the problems say why.</summary>
    Failed,
}

/// <summary>What a look-up by buckets found. Immutable.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Route">The route, if it was found.</param>
/// <param name="Problems">What nodes did wrong, one line each.</param>
public sealed record ThinLookup(ThinOutcome Outcome, RouteInfo? Route, IReadOnlyList<string> Problems);
