using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies.Control;

namespace Conet.Host.Node;

/// <summary>A bucket in a <see cref="BucketStore"/>, or that there is none.</summary>
/// <param name="made">What became of making it.</param>
/// <param name="madeAt">When, as the store's clock has it.</param>
internal sealed class KeptBucket(MadeBucket made, long madeAt)
{
    private readonly byte[] _hash = made.Content.IsEmpty ? [] : Keccak256.Hash(made.Content.Span);

    public MadeBucket Made => made;

    public long MadeAt => madeAt;

    /// <summary>Grows with each use of any bucket.</summary>
    public long LastUse { get; set; }

    public bool Has(ReadOnlySpan<byte> contentId) =>
        _hash.Length > 0 && _hash.AsSpan(0, BucketFetchBody.ContentIdSize).SequenceEqual(contentId);

    public BucketStanding Standing(ulong tableRecords) => new(
        made.State, tableRecords, made.Prefix, made.Records, made.Content.Length, _hash, made.BlockNumber);
}
