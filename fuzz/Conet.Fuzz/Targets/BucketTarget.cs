using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using Conet.Routing.Thin;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Prefix buckets as a node sends them: what parses is written again the same, and nothing is verified
/// against a block that it was not made for.
/// </summary>
internal sealed class BucketTarget : IFuzzTarget
{
    private const int CountOffset = 114;

    private static readonly BlockHeader _header = new(
        77, new Bytes32(Samples.Pattern(32, 1)), default, 1_700_000_000, new Bytes32(Samples.Pattern(32, 2)),
        null);

    public string Name => "bucket";

    public string Summary => "ReceivedBucket: accepted means encoded again the same, and proved or refused";

    public IEnumerable<byte[]> Seeds => [Sample(0, 0), Sample(1, 2), Sample(4, 9)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        BucketProblem problem = BucketFormat.TryParse(input, out BucketFormat? format);
        Check((problem == BucketProblem.None) == (format is not null), "a bucket with a problem");
        if (format is null)
            return false;
        byte[]? again = BucketFormat.Write(
            format.Head, format.Records, format.AccountNodes, format.StorageNodes);
        Check(input.SequenceEqual(again), "what was accepted is not what would be written");
        problem = ReceivedBucket.TryRead(
            input, format.Head.ChainId, format.Head.RouteRegistry, format.Head.Prefix,
            out ReceivedBucket? received);
        Check(
            problem == BucketProblem.None || (problem == BucketProblem.TooFew && format.Head.Prefix.Bits > 0),
            "a bucket of its own network and prefix is refused");
        if (received is null)
            return true;
        problem = received.TryVerify(_header, _header.TimestampSeconds, 60, out RouteBucket? bucket);
        Check(problem != BucketProblem.None && bucket is null, "proved by nodes that prove nothing");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length <= BucketFormat.HeadSize)
            return false;
        switch (random.Below(3))
        {
            case 0:
                random.Fill(input.Bytes.Slice(CountOffset + random.Below(10), 1));
                return true;
            case 1:
                random.Fill(input.Bytes[BucketFormat.HeadSize..][..1]);
                return true;
            default:
                int at = random.Below(input.Length - BucketFormat.HeadSize) + BucketFormat.HeadSize;
                random.Fill(input.Bytes.Slice(at, 1));
                return true;
        }
    }

    private static byte[] Sample(int records, int nodes)
    {
        BucketHead head = new(
            Samples.Network.ChainId, Samples.Network.RouteRegistry, _header.Number, _header.Hash,
            _header.StateRoot, _header.TimestampSeconds, default);
        BucketRecord[] list =
        [
            .. Enumerable.Range(1, records).Select(i => new BucketRecord(
                new Address(Samples.Pattern(Address.Size, (byte)(i * 16))),
                RegistrySamples.Route((byte)i),
                RegistrySamples.Signature)),
        ];
        byte[][] storage = [.. Enumerable.Range(0, nodes).Select(i => Samples.Pattern(33 + i, (byte)i))];
        return BucketFormat.Write(head, list, [Samples.Pattern(40, 9)], storage)!;
    }
}
