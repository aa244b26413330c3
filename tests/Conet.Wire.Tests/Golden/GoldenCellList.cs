using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>The golden cells. A cell's place in the list is its seed: add at the end only.</summary>
internal static class GoldenCellList
{
    private const uint FirstSeed = 1000;

    public static IReadOnlyList<GoldenCell> All { get; } = Number(
        [
            .. Messages(), .. Destinations(), .. Fragments(), .. Answers(), .. Control(), .. Edges(),
            .. Buckets(),
        ]);

    private static List<GoldenCell> Number(IEnumerable<Func<uint, GoldenCell>> cells) =>
        [.. cells.Select((make, i) => make(FirstSeed + (uint)i))];

    private static IEnumerable<Func<uint, GoldenCell>> Messages()
    {
        foreach (int size in new[] { 0, 1, 32, 254, 971 })
        {
            yield return seed =>
                new($"anonymous message, {size} bytes", seed, BodyKind.Message,
                    GoldenBodies.Message(seed, size));
        }

        // 135 to 137 bytes of body lie around the block of Keccak-256, which hashes it.
        foreach (int size in new[] { 0, 1, 134, 135, 136, 512, 971 })
        {
            yield return seed =>
                new($"signed message, {size} bytes", seed, BodyKind.Message, GoldenBodies.Message(seed, size))
                {
                    IsSigned = true,
                };
        }

        foreach ((int size, bool signed) in new[] { (0, false), (911, true), (60, true) })
        {
            yield return seed => new(
                $"{(signed ? "signed" : "anonymous")} message with reply block, {size} bytes",
                seed,
                BodyKind.Message,
                GoldenBodies.Message(seed, size, hasBlock: true, wantsReceipt: signed))
            {
                IsSigned = signed,
            };
        }
    }

    private static IEnumerable<Func<uint, GoldenCell>> Destinations()
    {
        foreach ((GoldenTarget target, bool signed, bool toWallet) in new[]
        {
            (GoldenTarget.Home, false, false), (GoldenTarget.Home, true, false),
            (GoldenTarget.Alias, false, false), (GoldenTarget.Alias, true, false),
            (GoldenTarget.Alias, true, true),
        })
        {
            string to = toWallet ? ", signed for the wallet behind it" : "";
            yield return seed => new(
                $"{(signed ? "signed" : "anonymous")} message to {target.ToString().ToLowerInvariant()}{to}",
                seed, BodyKind.Message, GoldenBodies.Message(seed, 20))
            {
                Target = target,
                IsSigned = signed,
                IsSignedToWallet = toWallet,
            };
        }
    }

    private static IEnumerable<Func<uint, GoldenCell>> Fragments()
    {
        yield return seed => Piece("first fragment, with reply block", seed, 3000, 0, isSigned: true);
        yield return seed => Piece("fragment between", seed, 3000, 1, isSigned: true);
        yield return seed => Piece("last fragment, full", seed, 2 * 964, 1, isSigned: false);
        yield return seed => Piece("last fragment, one byte", seed, (2 * 964) + 1, 2, isSigned: false);
        yield return seed =>
            Piece("last of 65 535 fragments", seed, (65_534 * 964) + 9, 65_534, isSigned: true);
    }

    private static GoldenCell Piece(string name, uint seed, int bodySize, int index, bool isSigned)
    {
        byte[] body = new byte[bodySize];
        ReadOnlySpan<byte> start = GoldenBodies.Message(seed, 1000, hasBlock: true, wantsReceipt: true);
        start.CopyTo(body);
        return new GoldenCell(name, seed, BodyKind.Fragment, GoldenBodies.Fragment(seed, index, body))
        {
            IsSigned = isSigned,
        };
    }

    private static IEnumerable<Func<uint, GoldenCell>> Answers()
    {
        yield return seed => ToAlias("acknowledgement, all there", seed, BodyKind.FragmentAck, false,
            GoldenBodies.Acknowledgement(seed, 300, _ => true));
        yield return seed => ToAlias("acknowledgement, some there", seed, BodyKind.FragmentAck, true,
            GoldenBodies.Acknowledgement(seed, 300, i => i < 10 || i % 7 == 3));
        yield return seed => ToAlias("acknowledgement, longest bit map", seed, BodyKind.FragmentAck, false,
            GoldenBodies.Acknowledgement(seed, 60_000, i => i % 3 != 0));
        yield return seed =>
            ToAlias("signed receipt", seed, BodyKind.Receipt, true, GoldenBodies.Receipt(seed));
        yield return seed =>
            ToAlias("unsigned receipt", seed, BodyKind.Receipt, false, GoldenBodies.Receipt(seed));
    }

    private static GoldenCell ToAlias(string name, uint seed, BodyKind kind, bool isSigned, byte[] body) =>
        new(name, seed, kind, body) { Target = GoldenTarget.Alias, IsSigned = isSigned };

    private static IEnumerable<Func<uint, GoldenCell>> Control()
    {
        yield return seed =>
            ToNode(seed, BodyKind.Attach, GoldenBodies.Attach(seed)) with { IsSigned = true };
        yield return seed => ToClient(seed, BodyKind.Challenge, GoldenBodies.Challenge(seed));
        yield return seed => ToNode(seed, BodyKind.Confirm, GoldenBodies.Challenge(seed));
        yield return seed => ToClient(seed, BodyKind.Attached, GoldenBodies.Attached(seed));
        yield return seed => ToNode(seed, BodyKind.KeepAlive, GoldenBodies.TokenBytes(seed));
        yield return seed => ToClient(seed, BodyKind.Kept, GoldenBodies.Kept(seed, 300));
        yield return seed => ToNode(seed, BodyKind.AliasRegister, GoldenBodies.Register(seed, 1));
        yield return seed => ToNode(seed, BodyKind.AliasRegister, GoldenBodies.Register(seed, 29));
        yield return seed => ToClient(seed, BodyKind.AliasResult, GoldenBodies.Result(seed, 0x1FFF_FFFF));
        yield return seed => ToNode(seed, BodyKind.AliasRevoke, GoldenBodies.Revoke(seed, 1));
        yield return seed => ToNode(seed, BodyKind.AliasRevoke, GoldenBodies.Revoke(seed, 47));
        yield return seed => ToNode(seed, BodyKind.Detach, GoldenBodies.TokenBytes(seed));
        yield return seed =>
            ToClient(seed, BodyKind.Refused, GoldenBodies.Refused(seed, RefusalReason.NoRoom));
        yield return seed =>
            ToNode(seed, BodyKind.Probe, GoldenBodies.BlockBytes(GoldenBodies.ProbeBlock(seed))) with
            {
                IsSigned = true,
            };
        yield return seed => ToNode(seed, BodyKind.ProbeAnswer, GoldenBodies.ProbeAnswer(seed));
    }

    private static IEnumerable<Func<uint, GoldenCell>> Buckets()
    {
        yield return seed => ToNode(seed, BodyKind.BucketAsk, GoldenBodies.BucketAsk(seed, 21));
        yield return seed => ToClient(seed, BodyKind.BucketState, GoldenBodies.BucketStanding(seed));
        yield return seed =>
            ToNode(seed, BodyKind.BucketFetch, GoldenBodies.BucketFetch(seed, 32, 0xFFFF_FFFF));
        yield return seed => ToClient(seed, BodyKind.BucketPiece, GoldenBodies.BucketPiece(seed, 2, 5_000));
    }

    private static GoldenCell ToNode(uint seed, BodyKind kind, byte[] body) =>
        new(kind.ToString(), seed, kind, body) { Target = GoldenTarget.Node, TtlSec = 30 };

    private static GoldenCell ToClient(uint seed, BodyKind kind, byte[] body) =>
        new(kind.ToString(), seed, kind, body) { Target = GoldenTarget.Return, TtlSec = 30 };

    private static IEnumerable<Func<uint, GoldenCell>> Edges()
    {
        yield return seed => Edge("no flag, shortest life", seed) with { Flags = 0, TtlSec = 1 };
        yield return seed => Edge("every flag, longest life", seed) with { Flags = 0xFFFF, TtlSec = 604_800 };
        yield return seed => Edge("issued at 0, message id 0", seed) with
        {
            IssuedMs = 0,
            FixedMessageId = new byte[MessageId.Size],
        };
        yield return seed => Edge("issued at the end of time", seed) with { IssuedMs = ulong.MaxValue };
        yield return seed => Edge("another network", seed) with { Network = GoldenCell.MainNetwork };
        yield return seed => Edge("the largest chain id", seed) with
        {
            Network = GoldenCell.MainNetwork with { ChainId = ulong.MaxValue },
        };
        yield return seed =>
            new("a body of no bytes: a good envelope, no message", seed, BodyKind.Message, []);
    }

    private static GoldenCell Edge(string name, uint seed) =>
        new(name, seed, BodyKind.Message, GoldenBodies.Message(seed, 3)) { IsSigned = true };
}
