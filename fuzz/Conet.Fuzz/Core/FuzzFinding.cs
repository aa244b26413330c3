namespace Conet.Fuzz.Core;

/// <summary>What sort of bug was found.</summary>
public enum FuzzFindingKind
{
    /// <summary>
    /// An exception left the target, that of a wrong result (<see cref="FuzzOracleException"/>) included.
    /// </summary>
    Exception,

    /// <summary>A case took longer than the limit.</summary>
    Hang,

    /// <summary>A case allocated more than the target's limit.</summary>
    Allocation,

    /// <summary>The process died: a touched guard page, an overflown stack.</summary>
    Crash,
}

/// <summary>A bug and the input that shows it.</summary>
/// <param name="Kind">Sort of bug.</param>
/// <param name="CaseIndex">Number of the case under the report's seed.</param>
/// <param name="Side">Which side of the input was guarded.</param>
/// <param name="Signature">Same for findings that are likely the same bug: type and place.</param>
/// <param name="Message">All that is known, several lines.</param>
/// <param name="Input">The input; owned by the finding.</param>
public sealed record FuzzFinding(
    FuzzFindingKind Kind, ulong CaseIndex, GuardSide Side, string Signature, string Message, byte[] Input);

/// <summary>What a run did.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Seed">Seed; with it and the index of a case the case can be made again.</param>
/// <param name="Cases">Cases that were run to their end.</param>
/// <param name="Accepted">How many of them the target accepted.</param>
/// <param name="Elapsed">Time taken.</param>
/// <param name="Findings">One for each signature; empty is good.</param>
public sealed record FuzzReport(
    string Target,
    ulong Seed,
    ulong Cases,
    ulong Accepted,
    TimeSpan Elapsed,
    IReadOnlyList<FuzzFinding> Findings);
