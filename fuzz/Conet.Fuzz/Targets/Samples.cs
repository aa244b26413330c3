using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Right inputs to start from; the same in every process and for good, as the corpus is made of them.
/// </summary>
internal static class Samples
{
    public const ulong NowMs = 1_700_000_000_000;

    public static readonly NetworkId Network = new(31337, new Address(Pattern(Address.Size, 0x51)));
    public static readonly SealKey Key = ImportKey(Pattern(32, 0x21));
    public static readonly Wallet Sender = ImportWallet(Pattern(32, 0x31));
    public static readonly Address Recipient = new(Pattern(Address.Size, 0x41));
    public static readonly NodeId Node = new(7);

    public static readonly BodyKind[] Kinds =
    [
        BodyKind.Message, BodyKind.Fragment, BodyKind.FragmentAck, BodyKind.Receipt, BodyKind.Attach,
        BodyKind.Challenge, BodyKind.Confirm, BodyKind.Attached, BodyKind.KeepAlive, BodyKind.Kept,
        BodyKind.AliasRegister, BodyKind.AliasResult, BodyKind.AliasRevoke, BodyKind.Detach, BodyKind.Refused,
        BodyKind.Probe, BodyKind.ProbeAnswer, BodyKind.BucketAsk, BodyKind.BucketState, BodyKind.BucketFetch,
        BodyKind.BucketPiece,
    ];

    /// <summary>Bytes that differ from place to place: seed, seed + 1, ...</summary>
    public static byte[] Pattern(int length, byte seed)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(seed + i);
        return bytes;
    }

    public static ReplyBlock ReplyBlock(bool ofNode) => new(
        ofNode ? NodeAddress.Own(Node) : NodeAddress.Home(Node, Recipient),
        Pattern(32, 0x61),
        NowMs + 60_000);

    /// <summary>A body of that kind that parses.</summary>
    public static byte[] Body(BodyKind kind)
    {
        byte[] room = new byte[EnvelopeLayout.BodyBytesMax];
        MessageId id = new(Pattern(MessageId.Size, 0x71));
        AttachToken token = new(Pattern(AttachToken.Size, 0x81));
        int length = kind switch
        {
            BodyKind.Message =>
                MessageBody.Write(ReplyBlock(ofNode: false), true, "to whom it may concern"u8, room),
            BodyKind.Fragment => FragmentBody.Write(5, 1, new byte[1_000], room),
            BodyKind.FragmentAck => FragmentAckBody.Write(5, 40, Pattern(5, 0x0F), room),
            BodyKind.Receipt => ReceiptBody.Write(id, NowMs, Pattern(32, 1), room),
            BodyKind.Attach => AttachBody.Write(NodeAddress.Home(Node, Recipient), Pattern(32, 2), 600, room),
            BodyKind.Challenge or BodyKind.Confirm => ChallengeBody.Write(id, Pattern(32, 3), room),
            BodyKind.Attached => new AttachedBody(id, token, 600, 256).Write(room),
            BodyKind.Kept => new KeptBody(id, 600).Write(room),
            BodyKind.AliasRegister => AliasRegisterBody.Write(token, 600, Pattern(96, 4), room),
            BodyKind.AliasResult => new AliasResultBody(id, 5).Write(room),
            BodyKind.AliasRevoke => AliasRevokeBody.Write(token, [Recipient, Sender.Address], room),
            BodyKind.Refused => new RefusedBody(id, RefusalReason.NoRoom).Write(room),
            BodyKind.Probe => WriteProbe(room),
            BodyKind.ProbeAnswer => new ProbeAnswerBody(id, NowMs).Write(room),
            BodyKind.BucketAsk => new BucketAskBody(token, AddressPrefix.Of(Recipient, 11)).Write(room),
            BodyKind.BucketState => BucketStanding(id).Write(room),
            BodyKind.BucketFetch => BucketFetchBody.Write(token, Pattern(32, 5), 32, 0xFFFF_FFFF, room),
            BodyKind.BucketPiece => BucketPieceBody.Write(id, 1, Pattern(1_000, 6), room),
            _ => WriteToken(token, room),
        };
        return room[..length];
    }

    /// <summary>
    /// A well-formed envelope; a signed one has a signature of the right form that proves nothing.
    /// </summary>
    public static byte[] Envelope(BodyKind kind, ReadOnlySpan<byte> body, bool isSigned)
    {
        byte[] bytes = new byte[EnvelopeLayout.Size];
        EnvelopeWriter.Write(Draft(kind, body), bytes);
        if (!isSigned)
            return bytes;
        Sender.Address.CopyTo(bytes.AsSpan(EnvelopeLayout.FromOffset));
        bytes[EnvelopeLayout.AuthOffset] = (byte)EnvelopeAuth.Wallet;
        Pattern(64, 0x11).CopyTo(bytes, EnvelopeLayout.SignatureOffset);
        bytes[EnvelopeLayout.SignatureOffset + 64] = 27;
        return bytes;
    }

    public static byte[] Envelope(BodyKind kind) =>
        Envelope(kind, Body(kind), !BodyKinds.Allows(kind, EnvelopeAuth.None));

    public static EnvelopeDraft Draft(BodyKind kind, ReadOnlySpan<byte> body) => new()
    {
        Kind = kind,
        IssuedMs = NowMs,
        TtlSec = 30,
        MessageId = new MessageId(Pattern(MessageId.Size, (byte)kind)),
        To = Recipient,
        Body = body,
    };

    private static BucketStateBody BucketStanding(MessageId id) => new()
    {
        RequestId = id,
        State = BucketState.Ready,
        TableRecords = 1_000_000,
        Prefix = AddressPrefix.Of(Recipient, 11),
        Records = 488,
        ContentBytes = 1_300_000,
        ContentHash = Pattern(32, 5),
        BlockNumber = 21_000_000,
    };

    private static int WriteProbe(Span<byte> room)
    {
        ReplyBlock(ofNode: true).Write(room);
        return Wire.Bodies.ReplyBlock.Size;
    }

    private static int WriteToken(AttachToken token, Span<byte> room)
    {
        token.CopyTo(room);
        return AttachToken.Size;
    }

    private static SealKey ImportKey(byte[] secret) => SealKey.TryImport(secret, out SealKey? key)
        ? key!
        : throw new InvalidOperationException("The sample key is no key.");

    private static Wallet ImportWallet(byte[] secret) => Wallet.TryImport(secret, out Wallet? wallet)
        ? wallet!
        : throw new InvalidOperationException("The sample wallet is none.");
}
