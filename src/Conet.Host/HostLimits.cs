namespace Conet.Host;

/// <summary>
/// Every bound of a node, with the reason for it. Those an operator may want to change are the defaults of
/// <see cref="Node.NodeLimits"/>; the others are fixed.
/// </summary>
public static class HostLimits
{
    /// <summary>Bytes of a configuration file: a hundred times what a full one needs.</summary>
    public const int ConfigBytesMax = 64 * 1024;

    /// <summary>Nesting of a configuration file: the root, a group, a list.</summary>
    public const int ConfigDepthMax = 4;

    /// <summary>
    /// Characters of one text value in a configuration file; the longest paths of Linux fit.
    /// </summary>
    public const int ConfigTextMax = 4096;

    /// <summary>
    /// Bytes of a secret or password file: 64 hex digits, "0x", and a line end, with room for a keystore.
    /// </summary>
    public const int SecretFileBytesMax = 16 * 1024;

    /// <summary>
    /// Providers of one chain: more would only lengthen the round that finds the good ones.
    /// </summary>
    public const int ProvidersMax = 8;

    /// <summary>Workers of one process.</summary>
    public const int WorkersMax = Wire.Limits.WorkersMax;

    /// <summary>
    /// First-contact opens a second. One costs about 45 us, so 2 000 is a tenth of a core: a flood of control
    /// costs no more than that, whatever its rate.
    /// </summary>
    public const int ControlOpensPerSecond = 2_000;

    /// <summary>Opens that may be saved up for a burst, in seconds of the rate.</summary>
    public const int ControlOpensBurstSeconds = 1;

    /// <summary>
    /// Longest ttlSec a node accepts in control (30 is usual): it bounds how long a message id has to be
    /// remembered, so that the replay memory holds minutes, not days.
    /// </summary>
    public const int ControlTtlSecondsMax = 120;

    /// <summary>
    /// Message ids remembered against replay. At least the opens a second times the 240 s that an id is
    /// remembered (longest ttlSec and clock skew), so that no flood the budget lets through can fill it.
    /// </summary>
    public const int ControlReplayEntries = 1 << 19;

    /// <summary>Attachments of one node. Each takes about 300 bytes besides its aliases.</summary>
    public const int AttachmentsMax = 16_384;

    /// <summary>One source prefix (/24 or /48) may hold this part of the attachments: 1 / 4.</summary>
    public const int AttachmentsPrefixDivisor = 4;

    /// <summary>
    /// Aliases of one attachment: one per contact; each takes one place in the table of local addressees.
    /// </summary>
    public const int AliasesPerAttachmentMax = 256;

    /// <summary>Aliases of all attachments together.</summary>
    public const int AliasesMax = 131_072;

    /// <summary>Challenges that wait for their confirmation.</summary>
    public const int PendingChallengesMax = 4_096;

    /// <summary>
    /// One source prefix (/24 or /48) may hold this part of the pending challenges: 1 / 16.
    /// </summary>
    public const int PendingPrefixDivisor = 16;

    /// <summary>How long a challenge can be confirmed: a round trip with repetitions, and no more.</summary>
    public const int PendingChallengeMilliseconds = 10_000;

    /// <summary>Shortest lease that can be wished, seconds (docs/SPEC.md, section 8).</summary>
    public const int LeaseSecondsMin = 30;

    /// <summary>Longest lease that can be wished, seconds (docs/SPEC.md, section 8).</summary>
    public const int LeaseSecondsMax = 86_400;

    /// <summary>Homes of one route (docs/SPEC.md, section 11).</summary>
    public const int HomesPerRoute = 3;

    /// <summary>Destinations looked up at once: their homes lie on the stack, 12 bytes each.</summary>
    public const int RoutesPerLookup = 64;

    /// <summary>Node records that are probed and forwarded to.</summary>
    public const int NodesMax = 16_384;

    /// <summary>
    /// Probes made in one round of the control thread: one costs about 95 us (a signature and a seal).
    /// </summary>
    public const int ProbesPerRoundMax = 16;

    /// <summary>Probes to one node that still wait for an answer; the oldest is forgotten.</summary>
    public const int ProbesOutstandingPerNode = 4;

    /// <summary>Time between probes of a node while cells flow to it (docs/SPEC.md, section 9).</summary>
    public const int ProbeFlowingMilliseconds = 2_000;

    /// <summary>Time between probes of an idle node (docs/SPEC.md, section 9).</summary>
    public const int ProbeIdleMilliseconds = 30_000;

    /// <summary>First interval to a node that never answered; doubles with each probe.</summary>
    public const int ProbeUnansweredFirstMilliseconds = 1_000;

    /// <summary>Last interval to a node that never answered (docs/SPEC.md, section 9).</summary>
    public const int ProbeUnansweredLastMilliseconds = 60_000;

    /// <summary>How long an answer keeps a node reachable (docs/SPEC.md, section 9).</summary>
    public const int ReachableMilliseconds = 90_000;

    /// <summary>Least time between two answers to the same prober (docs/SPEC.md, section 9).</summary>
    public const int ProbeAnswerMilliseconds = 1_000;

    /// <summary>Lifetime of the reply block in a probe, and how long its key is kept.</summary>
    public const int ProbeKeyMilliseconds = 60_000;

    /// <summary>Cells the control thread handles before it looks at timers again.</summary>
    public const int ControlCellsPerRound = 64;

    /// <summary>Answers one control cell can cause: never more than one (docs/SPEC.md, section 8).</summary>
    public const int AnswersPerControlCell = 1;

    /// <summary>
    /// Pieces of prefix buckets a second, of all clients together: sealing one costs about 75 us, so 1 600
    /// are an eighth of a core and 15 Mbit/s.
    /// </summary>
    public const int BucketPiecesPerSecond = 1_600;

    /// <summary>Pieces at once, of all clients together: 20 ms of the control thread.</summary>
    public const int BucketPiecesBurst = 256;

    /// <summary>
    /// Pieces a second for one source prefix (/24 or /48): a bucket of 1.5 MB takes four seconds, and whoever
    /// lets pieces be sent to an address it has left sends it no more than 4 Mbit/s.
    /// </summary>
    public const int BucketPiecesPerPrefixSecond = 400;

    /// <summary>Pieces at once for one source prefix: four requests of the most pieces.</summary>
    public const int BucketPiecesPerPrefixBurst = 128;

    /// <summary>Source prefixes whose pace is followed apart; 32 bytes each.</summary>
    public const int BucketPrefixesMax = 4_096;

    /// <summary>Prefix buckets that wait to be made; each costs its provider up to nine calls.</summary>
    public const int BucketsWaitingMax = 16;

    /// <summary>Prefix buckets that wait for one source prefix (/24 or /48): a quarter.</summary>
    public const int BucketsWaitingPerPrefix = BucketsWaitingMax / 4;

    /// <summary>
    /// Pause between two buckets being made, so that a provider is asked for 18 proofs a second at most.
    /// </summary>
    public const int BucketPauseMilliseconds = 500;

    /// <summary>Prefix buckets kept.</summary>
    public const int BucketsKeptMax = 256;

    /// <summary>Bytes of the prefix buckets kept: some forty of the usual size.</summary>
    public const long BucketBytesKeptMax = 64L << 20;

    /// <summary>
    /// Blocks by which the table must be further before a bucket is made again: six minutes of the main
    /// chain.
    /// </summary>
    public const ulong BucketRefreshBlocks = 32;

    /// <summary>
    /// A bucket is served no longer than that after it was made: a client refuses one of an hour. Seconds.
    /// </summary>
    public const int BucketServedSecondsMax = 1_800;

    /// <summary>How long it is believed that a bucket cannot be made, or is too large. Seconds.</summary>
    public const int BucketFailureSeconds = 20;

    /// <summary>Time that making one bucket may take. Seconds.</summary>
    public const int BucketSecondsMax = 60;

    /// <summary>When a client is told to ask again for a bucket that is being made. Milliseconds.</summary>
    public const int BucketRetryMilliseconds = 500;

    /// <summary>How long the control thread sleeps when nothing has come.</summary>
    public const int ControlIdleMilliseconds = 2;

    /// <summary>Time between two looks at leases, challenges and reachability.</summary>
    public const int ControlTickMilliseconds = 100;

    /// <summary>Age of the mirrored head from which a node calls itself not ready.</summary>
    public const int MirrorStaleSecondsMax = 300;

    /// <summary>Least time between two savings of the mirrored table.</summary>
    public const int SnapshotSaveSeconds = 60;

    /// <summary>
    /// Bytes a second that saving may write on average: 10 million routes are saved every half hour, and a
    /// disk that takes 100 TB in its life lasts three years.
    /// </summary>
    public const int SnapshotBytesPerSecond = 1 << 20;

    /// <summary>
    /// A table up to this size is saved on the way out also when only the block is another one. Bytes.
    /// </summary>
    public const int SnapshotSmallBytes = 16 << 20;

    /// <summary>HTTP connections at once: a scraper, a person and a supervisor, several of each.</summary>
    public const int HttpConnectionsMax = 32;

    /// <summary>Bytes of the request line and headers; the service reads no bodies.</summary>
    public const int HttpRequestBytesMax = 8 * 1024;

    /// <summary>Time for a request's headers.</summary>
    public const int HttpHeaderTimeoutSeconds = 5;

    /// <summary>Links that get a metric line of their own; the rest are summed under "other".</summary>
    public const int MetricsLinksMax = 256;

    /// <summary>A start that takes longer says what it waits for.</summary>
    public const int StartPatienceMilliseconds = 3_000;

    /// <summary>Time a command waits for a first answer of a chain provider.</summary>
    public const int ChainPatienceSeconds = 15;

    /// <summary>
    /// Bytes of a contract's exported artifact, or of a node's status: ten times what they are.
    /// </summary>
    public const int ArtifactBytesMax = 4 << 20;

    /// <summary>Time a node of `conet up` has to become ready and to reach the others.</summary>
    public const int LocalStartSeconds = 60;

    /// <summary>Lifetime of a message of `conet up`: it is repeated four times until then.</summary>
    public const int LocalMessageSeconds = 60;

    /// <summary>Nodes that are tried for the way back of one message; each has ten seconds.</summary>
    public const int AttachAttemptsMax = 3;

    /// <summary>Bytes of a file that is sent: the longest message.</summary>
    public const int SentFileBytesMax = Wire.Limits.MessageBytesMax;

    /// <summary>Time the process gives its threads to end after a signal.</summary>
    public const int StopMilliseconds = Wire.Limits.StopMilliseconds;

    /// <summary>
    /// How long an ending node waits for its table to be saved: some seconds for ten million routes.
    /// Supervisors wait longer before they kill.
    /// </summary>
    public const int SaveMilliseconds = 60_000;

    /// <summary>Addresses that a snapshot is tried from, one after the other.</summary>
    public const int SnapshotSourcesMax = 8;

    /// <summary>Connections at once of those that fetch this node's snapshot.</summary>
    public const int SnapshotConnectionsMax = 32;

    /// <summary>
    /// Of them, those of one address: one that fetches, and one that was cut off and tries again.
    /// </summary>
    public const int SnapshotConnectionsPerSource = 2;

    /// <summary>Bytes of a snapshot sent or received at once.</summary>
    public const int SnapshotSendBytes = 64 * 1024;

    /// <summary>
    /// Bytes a second that a node gives to all that fetch its snapshot: ten million routes in half a minute,
    /// and a tenth of what a link of 5 Gbit/s carries.
    /// </summary>
    public const long SnapshotBytesPerSecondMax = 60_000_000;

    /// <summary>
    /// Least rate at which a snapshot is fetched or given, over <see cref="SnapshotStallSeconds"/>: slower
    /// ones would not end before the block is too old to be proved.
    /// </summary>
    public const int SnapshotBytesPerSecondMin = 16 * 1024;

    /// <summary>Time in which the least rate must be reached.</summary>
    public const int SnapshotStallSeconds = 15;

    /// <summary>Connections in a row that bring a fetch no further before the server is given up.</summary>
    public const int SnapshotAttemptsMax = 3;

    /// <summary>
    /// Blocks on top of a table's block before its snapshot is offered: deeper than reorganisations seen in
    /// practice. On a development chain none.
    /// </summary>
    public const ulong SnapshotDepthBlocks = Routing.Mirror.MirrorLimits.BackfillMarginBlocks;

    /// <summary>
    /// Blocks on top of an offered snapshot's block from which a newer one is made: providers prove the last
    /// 128 blocks, and whoever fetches needs some of them.
    /// </summary>
    public const ulong SnapshotAgeBlocks = 48;

    /// <summary>Least time between two makings; on a chain that moves on they are 48 blocks apart.</summary>
    public const int SnapshotMakeSeconds = 10;

    /// <summary>Time between two looks at whether a newer snapshot is to be made.</summary>
    public const int SnapshotLookSeconds = 2;
}
