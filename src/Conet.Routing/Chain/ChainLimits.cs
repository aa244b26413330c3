namespace Conet.Routing.Chain;

/// <summary>Every limit of the chain client, in one place, each with its reason.</summary>
public static class ChainLimits
{
    /// <summary>
    /// Deepest RLP nesting read. Blocks and proofs nest four deep; a reader never recurses further.
    /// </summary>
    public const int RlpDepthMax = 32;

    /// <summary>Deepest ABI type nesting. Solidity refuses programs long before this.</summary>
    public const int AbiDepthMax = 16;

    /// <summary>Longest ABI type text, in characters.</summary>
    public const int AbiTypeTextMax = 4096;

    /// <summary>Largest static part of one ABI type in bytes, so that head sizes never overflow.</summary>
    public const int AbiHeadBytesMax = 1 << 20;

    /// <summary>Deepest JSON nesting of an answer. A batch of logs needs six.</summary>
    public const int JsonDepthMax = 32;

    /// <summary>Largest answer of a provider in bytes: a back-fill range of about 40 000 logs.</summary>
    public const int AnswerBytesMax = 32 << 20;

    /// <summary>Largest request in bytes: a contract deployment with room to spare.</summary>
    public const int RequestBytesMax = 4 << 20;

    /// <summary>Most calls in one batch: larger ones are refused by public providers.</summary>
    public const int BatchCallsMax = 100;

    /// <summary>Most logs in one answer; the smallest log is over 400 bytes of JSON.</summary>
    public const int LogsMax = 100_000;

    /// <summary>Largest data of one log in bytes. Registry events are below 512.</summary>
    public const int LogDataBytesMax = 1 << 20;

    /// <summary>Most topics of a log (the EVM has LOG0 to LOG4).</summary>
    public const int LogTopicsMax = 4;

    /// <summary>Most nodes in one Merkle-Patricia proof: a 32-byte key has 64 nibbles.</summary>
    public const int ProofNodesMax = 65;

    /// <summary>
    /// Largest node of a Merkle-Patricia proof in bytes: a branch is at most 532, a leaf holds an account.
    /// </summary>
    public const int ProofNodeBytesMax = 1024;

    /// <summary>Most storage slots asked for in one proof.</summary>
    public const int ProofSlotsMax = 256;

    /// <summary>Longest text kept from a provider's error message, in characters.</summary>
    public const int ErrorTextMax = 240;

    /// <summary>Largest revert data kept from a provider's error, in bytes.</summary>
    public const int ErrorDataBytesMax = 4096;

    /// <summary>Largest contract artifact file in bytes.</summary>
    public const int ArtifactBytesMax = 8 << 20;

    /// <summary>Largest creation code in bytes (EIP-3860).</summary>
    public const int CreationCodeBytesMax = 2 * 24_576;

    /// <summary>
    /// Most gas that one of our transactions may be estimated at: no block has room for more.
    /// </summary>
    public const ulong GasMax = 1_000_000_000;

    /// <summary>
    /// Largest base fee believed, in wei per gas: a million gwei, a hundred times the highest ever seen.
    /// </summary>
    public const ulong FeeWeiMax = 1_000_000_000_000_000;

    /// <summary>
    /// Largest tip offered, in wei per gas: what a lying provider can make a wallet lose is bounded.
    /// </summary>
    public const ulong TipWeiMax = 50_000_000_000;

    /// <summary>Tip when the provider suggests none, in wei per gas.</summary>
    public const ulong TipWeiDefault = 1_000_000_000;

    /// <summary>Nonces tried for one transaction while others send from the same account.</summary>
    public const int NonceAttemptsMax = 5;

    /// <summary>Times that one signed transaction is handed over when the answer is lost.</summary>
    public const int SendAttemptsMax = 3;

    /// <summary>
    /// Longest wait for a transaction to be mined, in seconds: ten blocks of the main chain.
    /// </summary>
    public const int ReceiptSecondsMax = 120;

    /// <summary>Struct types in one EIP-712 schema.</summary>
    public const int TypedDataTypesMax = 256;

    /// <summary>Threads that rebuild one storage trie: more would wait for each other's disk.</summary>
    internal const int TrieThreadsMax = 4;

    /// <summary>
    /// Bytes of leaves held while a storage trie is rebuilt, 64 each; the words of ten million routes are
    /// read in two passes.
    /// </summary>
    internal const long TrieLeafBytesMax = 1L << 30;

    /// <summary>
    /// Words below which a storage trie is rebuilt by whoever asks: it takes less than a tenth of a second.
    /// </summary>
    internal const int TrieWordsOfOneThread = 1 << 14;

    /// <summary>Leaves that a bucket has room for beyond what it should get.</summary>
    internal const int TrieBucketSpare = 64;

    /// <summary>Requests for storage words that wait for one provider's answer at the same time.</summary>
    internal const int StorageRequestsAtOnce = 4;
}
