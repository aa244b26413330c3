namespace Conet.Routing.Tests.Mirror;

/// <summary>How a <see cref="SimulatedProvider"/> behaves.</summary>
internal enum Manner
{
    Honest,

    // Not there, or not of use.
    Absent,
    Stalls,
    Flapping,
    Slow,
    OtherChain,
    AnswersTooMuch,
    RefusesRanges,
    CannotProve,

    // Wrong about events.
    OmitsLogs,
    AltersLogs,
    InventsLogs,
    ReordersLogs,
    MovesLogs,
    CutsLogs,
    FalseProofs,
    FalseCalls,

    // Wrong about blocks.
    GarbledHeaders,
    WrongParents,
    InventsBlocks,
    StaysBehind,
}
