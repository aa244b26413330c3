using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Parses a body of a kind and, if it is accepted, writes it again: the bytes must be the same, since there
/// is one encoding of each.
/// </summary>
internal static class BodyCheck
{
    private const int JoinedPiecesMax = 8;

    public static bool OfKind(BodyKind kind, ReadOnlySpan<byte> body) => kind switch
    {
        BodyKind.Message => Message(body),
        BodyKind.Fragment => Fragment(body),
        BodyKind.FragmentAck => FragmentAck(body),
        BodyKind.Receipt => Receipt(body),
        BodyKind.Attach => Attach(body),
        BodyKind.Challenge or BodyKind.Confirm => Challenge(body),
        BodyKind.Attached => Attached(body),
        BodyKind.KeepAlive or BodyKind.Detach => Token(body),
        BodyKind.Kept => Kept(body),
        BodyKind.AliasRegister => AliasRegister(body),
        BodyKind.AliasResult => AliasResult(body),
        BodyKind.AliasRevoke => AliasRevoke(body),
        BodyKind.Refused => Refused(body),
        BodyKind.Probe => ReplyBlockOf(body, ofNode: true),
        BodyKind.ProbeAnswer => ProbeAnswer(body),
        BodyKind.BucketAsk => BucketAsk(body),
        BodyKind.BucketState => BucketStanding(body),
        BodyKind.BucketFetch => BucketFetch(body),
        BodyKind.BucketPiece => BucketPiece(body),
        _ => false,
    };

    public static bool Message(ReadOnlySpan<byte> bytes)
    {
        if (!MessageBody.TryParse(bytes, out MessageBody body))
            return false;
        byte[] again = new byte[MessageBody.SizeOf(body.ReplyBlock is not null, body.Content.Length)];
        int length = MessageBody.Write(body.ReplyBlock, body.WantsReceipt, body.Content, again);
        Same(bytes, again.AsSpan(0, length));
        return true;
    }

    public static bool Fragment(ReadOnlySpan<byte> bytes)
    {
        if (!FragmentBody.TryParse(bytes, out FragmentBody body))
            return false;
        Check(body.Count >= 2 && body.Index < body.Count, "a fragment beyond its message");
        Check(
            !body.Piece.IsEmpty && body.Piece.Length <= FragmentBody.PieceSize, "a piece of no allowed size");
        if (body.Count > JoinedPiecesMax)
            return true;
        bool isLast = body.Index == body.Count - 1;
        byte[] whole =
            new byte[((body.Count - 1) * FragmentBody.PieceSize) + (isLast ? body.Piece.Length : 1)];
        body.Piece.CopyTo(whole.AsSpan(body.Index * FragmentBody.PieceSize));
        byte[] again = new byte[EnvelopeLayout.BodyBytesMax];
        Same(bytes, again.AsSpan(0, FragmentBody.Write(body.GroupId, body.Index, whole, again)));
        return true;
    }

    public static bool FragmentAck(ReadOnlySpan<byte> bytes)
    {
        if (!FragmentAckBody.TryParse(bytes, out FragmentAckBody body))
            return false;
        byte[] arrived = new byte[(body.Count / 8) + 1];
        int end = Math.Min(body.Count, body.Base + (8 * body.Bitmap.Length));
        for (int index = 0; index < end; index++)
        {
            if (body.Has(index))
                arrived[index / 8] |= (byte)(1 << (index % 8));
        }

        byte[] again = new byte[FragmentAckBody.HeaderSize + FragmentAckBody.BitmapBytesMax];
        Same(bytes, again.AsSpan(0, FragmentAckBody.Write(body.GroupId, body.Count, arrived, again)));
        return true;
    }

    public static bool Receipt(ReadOnlySpan<byte> bytes)
    {
        if (!ReceiptBody.TryParse(bytes, out ReceiptBody body))
            return false;
        Span<byte> again = stackalloc byte[ReceiptBody.Size];
        Same(bytes, again[..ReceiptBody.Write(body.MessageId, body.ReceivedMs, body.BodyHash, again)]);
        return true;
    }

    public static bool ReplyBlockOf(ReadOnlySpan<byte> bytes, bool ofNode)
    {
        if (!ReplyBlock.TryParse(bytes, ofNode, out ReplyBlock? block))
            return false;
        Check(NodeAddress.IsOwn(block!.Alias) == ofNode, "a reply block to an address of the other sort");
        Span<byte> again = stackalloc byte[ReplyBlock.Size];
        block.Write(again);
        Same(bytes, again);
        return true;
    }

    private static bool Attach(ReadOnlySpan<byte> bytes)
    {
        if (!AttachBody.TryParse(bytes, out AttachBody body))
            return false;
        Span<byte> again = stackalloc byte[AttachBody.Size];
        AttachBody.Write(body.ReturnAddress, body.ReturnKey, body.LeaseSeconds, again);
        Same(bytes, again);
        return true;
    }

    private static bool Challenge(ReadOnlySpan<byte> bytes)
    {
        if (!ChallengeBody.TryParse(bytes, out ChallengeBody body))
            return false;
        Span<byte> again = stackalloc byte[ChallengeBody.Size];
        ChallengeBody.Write(body.RequestId, body.Challenge, again);
        Same(bytes, again);
        return true;
    }

    private static bool Attached(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[AttachedBody.Size];
        return AttachedBody.TryParse(bytes, out AttachedBody body) && Same(bytes, again[..body.Write(again)]);
    }

    private static bool Token(ReadOnlySpan<byte> bytes)
    {
        if (!AttachToken.TryParse(bytes, out AttachToken token))
            return false;
        Span<byte> again = stackalloc byte[AttachToken.Size];
        token.CopyTo(again);
        return Same(bytes, again);
    }

    private static bool Kept(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[KeptBody.Size];
        return KeptBody.TryParse(bytes, out KeptBody body) && Same(bytes, again[..body.Write(again)]);
    }

    private static bool AliasRegister(ReadOnlySpan<byte> bytes)
    {
        if (!AliasRegisterBody.TryParse(bytes, out AliasRegisterBody body))
            return false;
        byte[] secrets = new byte[body.Count * AliasRegisterBody.SecretSize];
        for (int i = 0; i < body.Count; i++)
            body.Secret(i).CopyTo(secrets.AsSpan(i * AliasRegisterBody.SecretSize));
        byte[] again = new byte[EnvelopeLayout.BodyBytesMax];
        int length = AliasRegisterBody.Write(body.Token, body.LifetimeSeconds, secrets, again);
        return Same(bytes, again.AsSpan(0, length));
    }

    private static bool AliasResult(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[AliasResultBody.Size];
        return AliasResultBody.TryParse(bytes, out AliasResultBody body)
            && Same(bytes, again[..body.Write(again)]);
    }

    private static bool AliasRevoke(ReadOnlySpan<byte> bytes)
    {
        if (!AliasRevokeBody.TryParse(bytes, out AliasRevokeBody body))
            return false;
        Address[] aliases = new Address[body.Count];
        for (int i = 0; i < aliases.Length; i++)
            aliases[i] = body.Alias(i);
        byte[] again = new byte[EnvelopeLayout.BodyBytesMax];
        return Same(bytes, again.AsSpan(0, AliasRevokeBody.Write(body.Token, aliases, again)));
    }

    private static bool Refused(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[RefusedBody.Size];
        return RefusedBody.TryParse(bytes, out RefusedBody body) && Same(bytes, again[..body.Write(again)]);
    }

    private static bool ProbeAnswer(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[ProbeAnswerBody.Size];
        return ProbeAnswerBody.TryParse(bytes, out ProbeAnswerBody body)
            && Same(bytes, again[..body.Write(again)]);
    }

    private static bool BucketAsk(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[BucketAskBody.Size];
        return BucketAskBody.TryParse(bytes, out BucketAskBody body)
            && Same(bytes, again[..body.Write(again)]);
    }

    private static bool BucketStanding(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[BucketStateBody.Size];
        return BucketStateBody.TryParse(bytes, out BucketStateBody body)
            && Same(bytes, again[..body.Write(again)]);
    }

    private static bool BucketFetch(ReadOnlySpan<byte> bytes)
    {
        if (!BucketFetchBody.TryParse(bytes, out BucketFetchBody body))
            return false;
        Span<byte> again = stackalloc byte[BucketFetchBody.Size];
        return Same(bytes, again[..BucketFetchBody.Write(
            body.Token, body.ContentId, body.First, body.Wanted, again)]);
    }

    private static bool BucketPiece(ReadOnlySpan<byte> bytes)
    {
        if (!BucketPieceBody.TryParse(bytes, out BucketPieceBody body))
            return false;
        Check(body.Piece.Length is > 0 and <= BucketPieceBody.PieceSize, "a piece of no allowed size");
        if (body.Index >= JoinedPiecesMax)
            return true;
        byte[] whole = new byte[(body.Index * BucketPieceBody.PieceSize) + body.Piece.Length];
        body.Piece.CopyTo(whole.AsSpan(body.Index * BucketPieceBody.PieceSize));
        byte[] again = new byte[EnvelopeLayout.BodyBytesMax];
        return Same(bytes, again.AsSpan(0, BucketPieceBody.Write(body.RequestId, body.Index, whole, again)));
    }

    private static bool Same(ReadOnlySpan<byte> read, ReadOnlySpan<byte> written)
    {
        Check(read.SequenceEqual(written), "what was accepted is not what would be written");
        return true;
    }
}
