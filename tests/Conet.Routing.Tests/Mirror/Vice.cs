namespace Conet.Routing.Tests.Mirror;

/// <summary>What a <see cref="HostileProxy"/> does to the answers of the chain behind it.</summary>
internal enum Vice
{
    None,

    // Wrong about events; its headers are right and it is there.
    OmitsLogs,
    AltersLogs,
    SwapsLogs,
    RepeatsLogs,
    CutsLogs,
    FalseProofs,
    NoProofs,
    RefusesRanges,

    // Wrong about blocks, or not there.
    StaleHeads,
    InventsBlocks,
    FalseHeaders,
    OtherChain,
    Stalls,
    Flaps,
    Slow,
    Endless,
    SaysTenGigabytes,
    DeepJson,
}
