namespace Conet.Wire;

/// <summary>
/// Every bound of this library, each with its reason. A table, queue, batch or loop without a name here is a
/// mistake.
/// </summary>
public static class Limits
{
    /// <summary>Longest lifetime of an envelope: as long as a mailbox would keep it. Seconds.</summary>
    public const uint EnvelopeLifetimeSecondsMax = 7 * 24 * 3600;

    /// <summary>How far two honest clocks may differ. Milliseconds.</summary>
    public const ulong ClockSkewMs = 120_000;

    /// <summary>
    /// Messages a recipient remembers against replay by default: an hour of 290 a second, in about 100 MB at
    /// worst.
    /// </summary>
    public const int ReplayMemoryEntriesMax = 1 << 20;

    /// <summary>
    /// Longest message in bytes, content only. Its fragments are held in memory until the last one comes, so
    /// this bounds what one sender may make a recipient hold.
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

    /// <summary>
    /// Addresses of the table of local addressees: 56 bytes each, so that the largest table takes under 1
    /// GiB.
    /// </summary>
    public const int LocalAddresseesMax = 1 << 24;

    /// <summary>Local endpoints of one node by default: an attachment each.</summary>
    public const int LocalHandlesMax = 16_384;

    /// <summary>Next hops of one node by default: a record of the node registry each.</summary>
    public const int NextHopsMax = 16_384;

    /// <summary>
    /// Cells of one segmented send or one received train: the kernel takes at most 65 507 bytes, which is
    /// 56.47.
    /// </summary>
    public const int TrainCellsMax = 56;

    /// <summary>
    /// Datagrams or trains of one receive: with 16 next hops, fewer than 32 leave too few cells for a train
    /// each.
    /// </summary>
    public const int ReceiveDatagramsMax = 64;

    /// <summary>Cells of one batch: every receive buffer full of cells.</summary>
    public const int BatchCellsMax = ReceiveDatagramsMax * TrainCellsMax;

    /// <summary>
    /// Bytes of a receive buffer that may get a train: the longest datagram, rounded up to pages.
    /// </summary>
    public const int TrainBufferBytes = 65_536;

    /// <summary>
    /// Bytes of a receive buffer that gets single datagrams: more than a cell, so that a longer one is seen
    /// as such.
    /// </summary>
    public const int DatagramBufferBytes = 1_280;

    /// <summary>
    /// Datagrams of one receive where each is a cell: as many as the kernel takes in one call.
    /// </summary>
    public const int PlainDatagramsMax = 256;

    /// <summary>
    /// Bytes asked for as socket buffers: 30 ms of cells at 2 Gbit/s, which covers a pause of the collector.
    /// </summary>
    public const int SocketBufferBytes = 8 << 20;

    /// <summary>Workers of one process; one a core is right, and few machines have more cores.</summary>
    public const int WorkersMax = 256;

    /// <summary>
    /// Busy turns of a worker before what its thread allocates is counted: compiling and first calls are
    /// over.
    /// </summary>
    public const int WarmUpTurns = 128;

    /// <summary>Time a thread that was asked to end is waited for: several of its longest turns.</summary>
    public const int StopMilliseconds = 5_000;

    /// <summary>
    /// Longest wait of a worker's turn, so that a stop that was missed is seen. Milliseconds.
    /// </summary>
    public const int WaitMillisecondsMax = 1_000;

    /// <summary>
    /// Destinations remembered as refusing segmented sends; each has one place, a newer one takes it.
    /// </summary>
    public const int UnsegmentedDestinationsMax = 256;

    /// <summary>Buckets sent singly to such a destination before segmentation is tried again.</summary>
    public const int UnsegmentedBuckets = 1_024;

    /// <summary>
    /// Control cells waiting for the control thread by default, of all workers together: half a second of
    /// opens.
    /// </summary>
    public const int ControlQueueCells = 1_024;

    /// <summary>
    /// Control cells a second from one source prefix by default: a hundred clients behind one address keep
    /// their attachments with it, and one host takes no more than a twentieth of a node's opens.
    /// </summary>
    public const int ControlCellsPerSecond = 100;

    /// <summary>
    /// Control cells at once from one source prefix by default: its share, 1 / 16, of the queue.
    /// </summary>
    public const int ControlBurstCells = ControlQueueCells / 16;

    /// <summary>Source prefixes whose rate is followed apart; 32 bytes each.</summary>
    public const int ControlPrefixesMax = 16_384;

    /// <summary>
    /// Rate of all prefixes that found no place, as a multiple of one: a flood from very many prefixes leaves
    /// those already known alone and shares this.
    /// </summary>
    public const int ControlOverflowShare = 4;

    /// <summary>Cells of the node's own waiting for a worker by default.</summary>
    public const int OutgoingQueueCells = 1_024;

    /// <summary>Cells of the node's own that one turn sends: forwarding never waits for more.</summary>
    public const int OutgoingCellsPerTurn = 64;

    /// <summary>Cells of the largest queue: 1.2 GiB.</summary>
    public const int QueueCellsMax = 1 << 20;

    /// <summary>Cells of one read of a byte stream: what one batch takes.</summary>
    public const int StreamReadCellsMax = BatchCellsMax;

    /// <summary>
    /// Cells written to a byte stream and not yet flushed: they fit one buffer, and the peer waits no longer
    /// than for a train.
    /// </summary>
    public const int StreamUnflushedCellsMax = TrainCellsMax;

    /// <summary>Bytes of a buffer between cells and a byte stream: a train, rounded up to pages.</summary>
    public const int StreamBufferBytes = TrainBufferBytes;

    /// <summary>
    /// Addresses the XDP program can know by default: 88 bytes of the kernel's memory each.
    /// </summary>
    public const int XdpRoutesMax = 1 << 20;

    /// <summary>Interfaces with the XDP program; each is compared with per forwarded cell.</summary>
    public const int XdpInterfacesMax = 8;

    /// <summary>Addresses given to the kernel in one call: it copies them before it begins.</summary>
    public const int XdpRoutesPerCall = 256;

    /// <summary>Bytes of the verifier's answer when it refuses the program; more is cut off.</summary>
    public const int XdpVerifierLogBytes = 1 << 20;
}
