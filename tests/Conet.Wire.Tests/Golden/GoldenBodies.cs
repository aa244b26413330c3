using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Golden;

/// <summary>Bodies of each kind with bytes drawn from a seed; used by the cells and by bodies.json.</summary>
internal static class GoldenBodies
{
    public const uint Node = GoldenCell.HomeNode;
    public const ulong BlockExpiresMs = GoldenCell.Now + 86_400_000;

    public static ReplyBlock Block(uint seed) => new(
        NodeAddress.Alias(new NodeId(Node), Draw(seed, "blockAlias", 32)),
        GoldenCell.PublicKeyOf(Draw(seed, "blockKey", 32)),
        BlockExpiresMs);

    public static ReplyBlock ProbeBlock(uint seed) => new(
        NodeAddress.Own(new NodeId(9)), GoldenCell.PublicKeyOf(Draw(seed, "blockKey", 32)), BlockExpiresMs);

    public static byte[] BlockBytes(ReplyBlock block) => Written(bytes =>
    {
        block.Write(bytes);
        return ReplyBlock.Size;
    });

    public static byte[] Content(uint seed, int size) => Draw(seed, "content", size);

    public static byte[] Message(
        uint seed, int contentSize, bool hasBlock = false, bool wantsReceipt = false) =>
        MessageOf(hasBlock ? Block(seed) : null, wantsReceipt, Content(seed, contentSize));

    public static byte[] MessageOf(ReplyBlock? block, bool wantsReceipt, byte[] content)
    {
        byte[] body = new byte[MessageBody.SizeOf(block is not null, content.Length)];
        Assert.Equal(body.Length, MessageBody.Write(block, wantsReceipt, content, body));
        return body;
    }

    public static byte[] Fragment(uint groupId, int index, byte[] messageBody) =>
        Written(bytes => FragmentBody.Write(groupId, index, messageBody, bytes));

    public static byte[] Acknowledgement(uint groupId, int count, Func<int, bool> hasArrived)
    {
        byte[] arrived = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++)
            arrived[i / 8] |= (byte)(hasArrived(i) ? 1 << (i % 8) : 0);
        return Written(bytes => FragmentAckBody.Write(groupId, count, arrived, bytes));
    }

    public static byte[] Receipt(uint seed) => Written(bytes => ReceiptBody.Write(
        Id(seed),
        GoldenCell.Now + 1234,
        Keccak256.Hash(Message(seed, 40, hasBlock: true, wantsReceipt: true)),
        bytes));

    public static byte[] Attach(uint seed) => Written(bytes => AttachBody.Write(
        GoldenCell.Under(Node, Draw(seed, "return", 16)),
        GoldenCell.PublicKeyOf(Draw(seed, "returnKey", 32)),
        300,
        bytes));

    public static byte[] Challenge(uint seed) =>
        Written(bytes => ChallengeBody.Write(Id(seed), Draw(seed, "challenge", 32), bytes));

    public static byte[] Attached(uint seed) =>
        Written(bytes => new AttachedBody(Id(seed), Token(seed), 300, 64).Write(bytes));

    public static byte[] TokenBytes(uint seed) => Draw(seed, "token", AttachToken.Size);

    public static byte[] Kept(uint seed, uint lease) =>
        Written(bytes => new KeptBody(Id(seed), lease).Write(bytes));

    public static byte[] Register(uint seed, int count) => Written(bytes =>
        AliasRegisterBody.Write(Token(seed), 86_400, Draw(seed, "aliasSecrets", 32 * count), bytes));

    public static byte[] Result(uint seed, uint accepted) =>
        Written(bytes => new AliasResultBody(Id(seed), accepted).Write(bytes));

    public static byte[] Revoke(uint seed, int count)
    {
        Address[] aliases = [.. Enumerable.Range(0, count).Select(
            i => GoldenCell.Under(Node, Draw(seed, $"revoked{i}", 16)))];
        return Written(bytes => AliasRevokeBody.Write(Token(seed), aliases, bytes));
    }

    public static byte[] Refused(uint seed, RefusalReason reason) =>
        Written(bytes => new RefusedBody(Id(seed), reason).Write(bytes));

    public static byte[] ProbeAnswer(uint seed) =>
        Written(bytes => new ProbeAnswerBody(Id(seed), GoldenCell.Now + 5).Write(bytes));

    public static byte[] BucketAsk(uint seed, int bits) => Written(
        bytes => new BucketAskBody(Token(seed), Prefix(seed, bits)).Write(bytes));

    public static byte[] BucketStanding(uint seed) => Written(bytes => new BucketStateBody
    {
        RequestId = Id(seed),
        State = BucketState.Ready,
        TableRecords = 1_000_000_000_000,
        Prefix = Prefix(seed, 21),
        Records = 466,
        ContentBytes = 1_234_567,
        ContentHash = Draw(seed, "contentHash", BucketStateBody.HashSize),
        BlockNumber = 21_000_000,
    }.Write(bytes));

    public static byte[] BucketPending(uint seed) => Written(bytes => new BucketStateBody
    {
        RequestId = Id(seed),
        State = BucketState.BeingMade,
        RetryMs = 500,
        TableRecords = 640,
        Prefix = Prefix(seed, 1),
    }.Write(bytes));

    public static byte[] BucketFetch(uint seed, int first, uint wanted) => Written(bytes =>
        BucketFetchBody.Write(
            Token(seed), Draw(seed, "contentHash", BucketStateBody.HashSize), first, wanted, bytes));

    public static byte[] BucketPiece(uint seed, int index, int contentBytes) => Written(bytes =>
        BucketPieceBody.Write(Id(seed), index, Draw(seed, "bucket", contentBytes), bytes));

    private static AddressPrefix Prefix(uint seed, int bits) =>
        AddressPrefix.Of(new Address(Draw(seed, "prefixOf", Address.Size)), bits);

    private static MessageId Id(uint seed) => new(Draw(seed, "requestId", MessageId.Size));

    private static AttachToken Token(uint seed) => new(TokenBytes(seed));

    private static byte[] Draw(uint seed, string label, int size) => new GoldenSeed(seed).Draw(label, size);

    private static byte[] Written(WriteBody write)
    {
        byte[] room = new byte[EnvelopeLayout.BodyBytesMax];
        return room[..write(room)];
    }

    private delegate int WriteBody(Span<byte> destination);
}
