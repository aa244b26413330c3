namespace Conet.Client;

/// <summary>Every bound of the client, each with its reason.</summary>
public static class ClientLimits
{
    /// <summary>Messages waiting for the application: a second of the first-contact budget.</summary>
    public const int InboxMessagesMax = 4096;

    /// <summary>Datagrams waiting for the client's thread: about 5 MB.</summary>
    public const int DatagramsMax = 4096;

    /// <summary>
    /// Cells opened a second. Each costs about a tenth of a millisecond, and the replay memory is sized for
    /// it (docs/SPEC.md, section 6.3).
    /// </summary>
    public const int OpensPerSecondMax = 4000;

    /// <summary>Cells opened at once after a pause.</summary>
    public const int OpensBurst = 8000;

    /// <summary>Messages being sent at once.</summary>
    public const int OutgoingMax = 16_384;

    /// <summary>
    /// Cells of long messages sealed in one turn of the client's thread, so that receiving is not starved.
    /// </summary>
    public const int FragmentsPerTurnMax = 64;

    /// <summary>Homes a client is attached to at once.</summary>
    public const int AttachmentsMax = 8;

    /// <summary>Receipts and acknowledgements waiting for their time.</summary>
    public const int AnswersPendingMax = 65_536;

    /// <summary>Lifetime of a control cell in seconds.</summary>
    public const uint ControlLifetimeSeconds = 30;

    /// <summary>Lease wished of a home, in seconds.</summary>
    public const uint LeaseSeconds = 120;

    /// <summary>
    /// Longest pause between keep-alives, so that a NAT keeps the way back open. Milliseconds.
    /// </summary>
    public const ulong KeepAliveMs = 20_000;

    /// <summary>An unanswered control cell is repeated after this time. Milliseconds.</summary>
    public const ulong ControlRepeatMs = 1_000;

    /// <summary>Time for one bucket, from the first question to the last piece. Milliseconds.</summary>
    public const ulong BucketMs = 120_000;

    /// <summary>Missing pieces of a bucket are asked for again after this time. Milliseconds.</summary>
    public const ulong BucketRepeatMs = 400;

    /// <summary>
    /// Most bits of an address that a thin client names unless told otherwise: right for 5 * 10^9 routes.
    /// </summary>
    public const int BucketBitsUsual = 24;

    /// <summary>
    /// Oldest block of a bucket that is believed unless told otherwise: nodes serve half an hour. Seconds.
    /// </summary>
    public const ulong BucketAgeSecondsUsual = 3_600;

    /// <summary>Age up to which a bucket answers without asking again. Seconds.</summary>
    public const ulong BucketFreshSeconds = 600;

    /// <summary>Nodes that are asked for one route.</summary>
    public const int BucketNodesMax = 3;

    /// <summary>
    /// Nodes of whose tables the smallest is believed: one that lies alone cannot make a prefix too long.
    /// </summary>
    public const int BucketSizeNodes = 2;

    /// <summary>How long the size of the table is believed. Seconds.</summary>
    public const ulong BucketSizeSeconds = 3_600;

    /// <summary>Verified buckets kept: some 100 KB each, without their proofs.</summary>
    public const int BucketsKeptMax = 32;

    /// <summary>Wallets whose epoch is remembered, so that an older route is not taken.</summary>
    public const int BucketEpochsMax = 4_096;

    /// <summary>
    /// How long a client stays attached to a home that its route no longer names: senders and nodes with an
    /// older table still lead there (docs/SPEC.md, section 10). Seconds.
    /// </summary>
    public const uint OldHomeSeconds = 48 * 3600;

    /// <summary>Repetitions before an attachment is taken for lost and begun anew.</summary>
    public const int ControlRepeatsMax = 5;

    /// <summary>Longest random delay of a receipt (docs/SPEC.md, section 7.5). Milliseconds.</summary>
    public const int ReceiptDelayMsMax = 2_000;

    /// <summary>Pause between two receipts for one message. Milliseconds.</summary>
    public const ulong ReceiptRepeatMs = 2_000;

    /// <summary>First repetition of a message that got no receipt. Milliseconds; then doubling.</summary>
    public const ulong RepeatStartMs = 3_000;

    /// <summary>Pieces after which an acknowledgement is due.</summary>
    public const int AcknowledgePieces = 16;

    /// <summary>Time after which one is due, milliseconds.</summary>
    public const ulong AcknowledgeMs = 20;

    /// <summary>Longest random delay of an acknowledgement, milliseconds.</summary>
    public const int AcknowledgeDelayMsMax = 50;

    /// <summary>Pause between repeated acknowledgements of a complete message, milliseconds.</summary>
    public const ulong AcknowledgeRepeatMs = 200;

    /// <summary>Largest keystore file in bytes; those of all known wallets are below 2 000.</summary>
    public const int KeystoreBytesMax = 16 << 10;

    /// <summary>Shortest salt of a keystore in bytes: less would be shared by too many wallets.</summary>
    public const int SaltBytesMin = 8;

    /// <summary>Longest salt of a keystore in bytes; 32 is usual.</summary>
    public const int SaltBytesMax = 64;

    /// <summary>
    /// Most memory of scrypt to open a keystore, in bytes: twice the largest in use (n = 2^18).
    /// </summary>
    public const long ScryptBytesMax = (512L << 20) + (1 << 20);

    /// <summary>
    /// Most steps n * r * p to open a keystore: four times the largest in use, a few seconds.
    /// </summary>
    public const long ScryptStepsMax = 1L << 23;

    /// <summary>
    /// Most iterations of PBKDF2 to open a keystore: sixteen times the usual, a few seconds.
    /// </summary>
    public const int Pbkdf2IterationsMax = 1 << 22;

    /// <summary>
    /// Prekeys kept beside a wallet: the current and the previous one, and two whose publication is under
    /// way.
    /// </summary>
    public const int PrekeysStoredMax = 4;

    /// <summary>Most homes of a route (docs/SPEC.md, section 11.2).</summary>
    public const int HomesMax = 3;

    /// <summary>Largest JSON of a route authorization in bytes; ours have below 1 000.</summary>
    public const int AuthorizationBytesMax = 4 << 10;

    /// <summary>How long a relayer may use an authorization, in seconds: time to pass it on.</summary>
    public const uint AuthorizationSeconds = 3600;
}
