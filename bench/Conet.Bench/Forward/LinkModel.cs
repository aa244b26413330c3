namespace Conet.Bench.Forward;

/// <summary>
/// What stands for the network. The choice changes the answer, so it is part of every result.
/// </summary>
internal enum LinkModel
{
    /// <summary>
    /// Trains are cut before the link and merged after it by GRO, as a network card's driver does.
    /// </summary>
    Nic,

    /// <summary>Single packets, never merged.</summary>
    Wire,

    /// <summary>The loopback interface; trains are never cut: an upper bound.</summary>
    Loopback,
}
