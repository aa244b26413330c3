namespace Conet.Wire;

/// <summary>
/// Every bound of this library, each with its reason. A table, queue, batch or loop without a name here is a mistake.
/// </summary>
public static class Limits
{
    /// <summary>Longest lifetime of an envelope: as long as a mailbox would keep it. Seconds.</summary>
    public const uint EnvelopeLifetimeSecondsMax = 7 * 24 * 3600;

    /// <summary>How far two honest clocks may differ. Milliseconds.</summary>
    public const ulong ClockSkewMs = 120_000;

    /// <summary>
    /// Messages a recipient remembers against replay by default: an hour of 290 a second, in about 100 MB at worst.
    /// </summary>
    public const int ReplayMemoryEntriesMax = 1 << 20;

    /// <summary>
    /// Longest message in bytes, content only. Its fragments are held in memory until the last one comes, so this
    /// bounds what one sender may make a recipient hold.
    /// </summary>
    public const int MessageBytesMax = 16 << 20;

    /// <summary>Bytes of unfinished messages a recipient holds in all: four of the longest.</summary>
    public const int ReassemblyBytesMax = 4 * MessageBytesMax;

    /// <summary>Unfinished messages a recipient holds in all; each costs a map of its pieces.</summary>
    public const int ReassemblyGroupsMax = 1024;

    /// <summary>Unfinished messages of one sender; anonymous senders count as one.</summary>
    public const int ReassemblyGroupsPerSenderMax = 16;

    /// <summary>Share of the memory that anonymous senders may hold together: a quarter.</summary>
    public const int ReassemblyAnonymousBytesMax = ReassemblyBytesMax / 4;

    /// <summary>An unfinished message that gets no new piece for so long is given up. Milliseconds.</summary>
    public const ulong ReassemblyIdleMs = 60_000;
}
