using Conet.Routing.Chain;
using Conet.Wire.Addresses;

namespace Conet.Routing.Thin;

/// <summary>
/// A bucket as it came: well formed, of the right network, large enough and of a prefix that may answer what
/// was asked. Nothing in it is believed before <see cref="TryVerify"/>. Immutable.
/// </summary>
public sealed class ReceivedBucket
{
    private readonly BucketFormat _format;

    private ReceivedBucket(BucketFormat format) => _format = format;

    /// <summary>What it says of itself.</summary>
    public BucketHead Head => _format.Head;

    /// <summary>Reads a content. Never throws.</summary>
    /// <param name="content">From anybody.</param>
    /// <param name="chainId">The chain it must be of.</param>
    /// <param name="routeRegistry">The registry it must be of.</param>
    /// <param name="asked">The prefix that was named: the bucket's is this one or a shorter one.</param>
    /// <param name="bucket">The bucket, or null.</param>
    public static BucketProblem TryRead(
        ReadOnlySpan<byte> content,
        ulong chainId,
        in Address routeRegistry,
        in AddressPrefix asked,
        out ReceivedBucket? bucket)
    {
        bucket = null;
        BucketProblem problem = BucketFormat.TryParse(content, out BucketFormat? format);
        if (problem != BucketProblem.None)
            return problem;
        BucketHead head = format!.Head;
        if (head.ChainId != chainId || head.RouteRegistry != routeRegistry)
            return BucketProblem.WrongNetwork;
        if (!head.Prefix.Contains(asked))
            return BucketProblem.WrongPrefix;
        if (head.Prefix.Bits > 0 && format.Records.Length < BucketLimits.RecordsMin)
            return BucketProblem.TooFew;
        bucket = new ReceivedBucket(format);
        return BucketProblem.None;
    }

    /// <summary>
    /// Checks block, age, account proof and every storage proof. The wallets' signatures are checked by
    /// whoever uses a route.
    /// </summary>
    /// <param name="header">The block of that number as a source that is trusted has it.</param>
    /// <param name="nowSeconds">Time, unix seconds.</param>
    /// <param name="ageSecondsMax">Oldest block that is taken.</param>
    /// <param name="bucket">The routes, or null.</param>
    public BucketProblem TryVerify(
        BlockHeader header, ulong nowSeconds, ulong ageSecondsMax, out RouteBucket? bucket)
    {
        bucket = null;
        if (!Head.IsOf(header))
            return BucketProblem.WrongBlock;
        ulong skewSeconds = Wire.Limits.ClockSkewMs / 1000;
        if (nowSeconds > header.TimestampSeconds + ageSecondsMax
            || header.TimestampSeconds > nowSeconds + skewSeconds)
            return BucketProblem.Stale;
        if (!StateProof.TryVerifyAccount(
                header.StateRoot, Head.RouteRegistry, _format.AccountNodes, out AccountState? account, out _)
            || account is not { } registry)
            return BucketProblem.BadAccountProof;
        if (!AreWordsProved(registry.StorageRoot))
            return BucketProblem.BadStorageProof;
        bucket = new RouteBucket(Head, _format.Records);
        return BucketProblem.None;
    }

    private bool AreWordsProved(in Bytes32 storageRoot)
    {
        if (!MerkleNodes.TryCreate(_format.StorageNodes, out MerkleNodes? nodes))
            return false;
        foreach (BucketRecord record in _format.Records)
        {
            (Bytes32 prekey, Bytes32 packed) = BucketRecord.SlotsOf(record.Wallet);
            if (!IsWord(storageRoot, prekey, nodes!, record.Route.Prekey.ToUInt256())
                || !IsWord(storageRoot, packed, nodes!, record.Route.ToPackedWord()))
                return false;
        }

        return nodes!.AreAllUsed;
    }

    private static bool IsWord(
        in Bytes32 storageRoot, in Bytes32 slot, MerkleNodes nodes, in UInt256 expected)
    {
        Span<byte> preimage = stackalloc byte[Bytes32.Size];
        slot.CopyTo(preimage);
        Span<byte> key = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(preimage, key);
        if (!MerklePatricia.TryVerify(storageRoot, key, nodes, out byte[]? value, out _) || value is null)
            return false;
        RlpReader reader = new(value);
        return reader.TryReadUInt256(out UInt256 word) && reader.TryFinish() && word == expected;
    }
}
