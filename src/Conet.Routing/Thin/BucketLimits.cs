namespace Conet.Routing.Thin;

/// <summary>Every bound of prefix buckets, each with its reason.</summary>
public static class BucketLimits
{
    /// <summary>
    /// Fewest routes of a bucket, but for the whole table: whoever sees what prefix is asked for knows that
    /// it is for one of so many.
    /// </summary>
    public const int RecordsMin = 256;

    /// <summary>
    /// Most routes of a bucket: four times the fewest, so that a client that aims at the middle hits.
    /// </summary>
    public const int RecordsMax = 1024;

    /// <summary>
    /// Routes that a client aims at, at least: three standard deviations above the fewest. At most twice as
    /// many are met.
    /// </summary>
    public const int RecordsAimed = 320;

    /// <summary>
    /// Bytes of a content: the most routes, at 10^9 wallets, with a path of eight nodes for either word.
    /// </summary>
    public const int ContentBytesMax = 8 << 20;

    /// <summary>
    /// Storage nodes of a content: eight for either word of the most routes; the upper ones are shared.
    /// </summary>
    public const int StorageNodesMax = 2 * 8 * RecordsMax;
}
