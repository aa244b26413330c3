namespace Conet.Bench.Forward;

/// <summary>
/// What stands for the network. The choice changes the answer, so it is part of every result.
/// </summary>
internal enum LinkModel
{
    /// <summary>
    /// Trains are cut before the link and merged after it by GRO, as a network card's driver does. Between
    /// virtual links the sink's system takes what the forwarder sends on the forwarder's core, from everyone.
    /// </summary>
    Nic,

    /// <summary>
    /// The same, but a send is only queued, as a card's driver would, and the sink's own core takes it.
    /// Forwarders of single datagrams gain most.
    /// </summary>
    Queue,

    /// <summary>Single packets, never merged.</summary>
    Wire,

    /// <summary>The loopback interface; trains are never cut: an upper bound.</summary>
    Loopback,
}
