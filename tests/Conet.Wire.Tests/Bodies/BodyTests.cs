using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Bodies;

public sealed class BodyTests
{
    private static readonly NodeId _node = new(7);

    private static ReplyBlock Block(ulong expiresMs = 5) =>
        new(
            NodeAddress.Alias(_node, new byte[32]),
            Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(),
            expiresMs);

    [Fact]
    public void A_reply_block_has_sixty_bytes_and_one_meaning()
    {
        byte[] bytes = new byte[ReplyBlock.Size];
        Block().Write(bytes);
        Assert.Equal(60, bytes.Length);
        Assert.True(ReplyBlock.TryParse(bytes, ofNode: false, out ReplyBlock? block));
        Assert.Equal(Block().Alias, block!.Alias);
        Assert.True(block.IsLive(4));
        Assert.False(block.IsLive(5));
        Assert.False(ReplyBlock.TryParse(bytes, ofNode: true, out _));
        Assert.False(ReplyBlock.TryParse(bytes.AsSpan(1), ofNode: false, out _));
        bytes.AsSpan(0, 4).Clear();
        Assert.False(ReplyBlock.TryParse(bytes, ofNode: false, out _));
    }

    [Theory]
    [InlineData(0x00, true)]
    [InlineData(0x01, true)]
    [InlineData(0x02, false)]
    [InlineData(0x03, true)]
    [InlineData(0x04, false)]
    [InlineData(0x80, false)]
    public void Message_options_are_strict(int options, bool expected)
    {
        byte[] bytes = new byte[70];
        MessageBody.Write(Block(), wantsReceipt: true, "contents!"u8, bytes);
        bytes[0] = (byte)options;
        Assert.Equal(expected, MessageBody.TryParse(bytes, out _));
    }

    [Fact]
    public void A_message_without_its_whole_reply_block_is_malformed()
    {
        byte[] bytes = new byte[MessageBody.OverheadMax];
        MessageBody.Write(Block(), wantsReceipt: false, [], bytes);
        Assert.True(MessageBody.TryParse(bytes, out _));
        Assert.False(MessageBody.TryParse(bytes.AsSpan(0, 60), out _));
        Assert.False(MessageBody.TryParse([], out _));
    }

    [Fact]
    public void Fragments_rejoin_to_what_was_cut() =>
        Property.Holds(
            from length in Gen.Choose(973, 40_000)
            from seed in Gen.Choose(0, 1_000_000)
            select (length, seed),
            input =>
            {
                byte[] body = new byte[input.length];
                new Random(input.seed).NextBytes(body);
                int count = FragmentBody.CountFor(body.Length);
                byte[] joined = new byte[body.Length];
                byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
                for (int i = 0; i < count; i++)
                {
                    int length = FragmentBody.Write(9, i, body, wire);
                    if (!FragmentBody.TryParse(wire.AsSpan(0, length), out FragmentBody piece)
                        || piece.Index != i || piece.Count != count || piece.GroupId != 9)
                    {
                        return false;
                    }

                    piece.Piece.CopyTo(joined.AsSpan(i * FragmentBody.PieceSize));
                }

                return joined.AsSpan().SequenceEqual(body);
            },
            cases: 1_000);

    [Fact]
    public void An_acknowledgement_says_exactly_what_arrived() =>
        Property.Holds(
            from count in Gen.Frequency((3, Gen.Choose(2, 300)), (1, Gen.Choose(7_000, 65_535)))
            from seed in Gen.Choose(0, 1_000_000)
            from share in Gen.Choose(0, 100)
            select (count, seed, share),
            input =>
            {
                Random random = new(input.seed);
                byte[] arrived = new byte[(input.count + 7) / 8];
                for (int i = 0; i < input.count; i++)
                {
                    if (random.Next(100) < input.share)
                        arrived[i / 8] |= (byte)(1 << (i % 8));
                }

                byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
                int length = FragmentAckBody.Write(3, input.count, arrived, wire);
                if (!FragmentAckBody.TryParse(wire.AsSpan(0, length), out FragmentAckBody ack))
                    return false;
                int end = Math.Min(input.count, ack.Base + (8 * FragmentAckBody.BitmapBytesMax));
                for (int i = 0; i < end; i++)
                {
                    if (ack.Has(i) != ((arrived[i / 8] >> (i % 8) & 1) != 0))
                        return false;
                }

                return true;
            },
            cases: 2_000);

    [Theory]
    [InlineData("00000001 0001 0000", false)] // a count of one
    [InlineData("00000001 0004 0005", false)] // base above count
    [InlineData("00000001 0004 0004", true)] // complete
    [InlineData("00000001 0004 0004 02", false)] // complete with a map
    [InlineData("00000001 0004 0000 00", false)] // a map ending in zero
    [InlineData("00000001 0004 0000 03", false)] // base marked as arrived
    [InlineData("00000001 0004 0000 0e", true)]
    [InlineData("00000001 0004 0000 10", false)] // a bit at count
    [InlineData("00000001 0004 0000", true)]
    [InlineData("00000001 0004 00", false)]
    public void Acknowledgements_have_one_encoding(string hex, bool expected) =>
        Assert.Equal(
            expected,
            FragmentAckBody.TryParse(Convert.FromHexString(hex.Replace(" ", string.Empty)), out _));

    [Fact]
    public void Control_bodies_are_read_as_they_were_written()
    {
        byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
        byte[] key = [.. Enumerable.Repeat((byte)3, 32)];
        MessageId id = MessageId.CreateRandom();
        AttachToken token = new(Enumerable.Range(1, 16).Select(i => (byte)i).ToArray());
        Address back = NodeAddress.Alias(_node, key);

        int length = AttachBody.Write(back, key, 120, wire);
        Assert.Equal(57, length);
        Assert.True(AttachBody.TryParse(wire.AsSpan(0, length), out AttachBody attach));
        Assert.Equal(back, attach.ReturnAddress);
        Assert.Equal(120u, attach.LeaseSeconds);
        Assert.True(attach.ReturnKey.SequenceEqual(key));
        wire[56] = 1;
        Assert.False(AttachBody.TryParse(wire.AsSpan(0, length), out _));
        AttachBody.Write(NodeAddress.Own(_node), key, 120, wire);
        Assert.False(AttachBody.TryParse(wire.AsSpan(0, length), out _));

        Assert.Equal(48, ChallengeBody.Write(id, key, wire));
        Assert.True(ChallengeBody.TryParse(wire.AsSpan(0, 48), out ChallengeBody challenge));
        Assert.Equal(id, challenge.RequestId);

        AttachedBody attached = new(id, token, 90, 32);
        Assert.Equal(38, attached.Write(wire));
        Assert.True(AttachedBody.TryParse(wire.AsSpan(0, 38), out AttachedBody readAttached));
        Assert.Equal(attached, readAttached);

        KeptBody kept = new(id, 90);
        Assert.Equal(20, kept.Write(wire));
        Assert.True(KeptBody.TryParse(wire.AsSpan(0, 20), out KeptBody readKept));
        Assert.Equal(kept, readKept);

        Assert.Equal(21 + 64, AliasRegisterBody.Write(token, 60, [.. key, .. key], wire));
        Assert.True(AliasRegisterBody.TryParse(wire.AsSpan(0, 85), out AliasRegisterBody register));
        Assert.Equal(2, register.Count);
        Assert.True(register.Secret(1).SequenceEqual(key));
        Assert.False(AliasRegisterBody.TryParse(wire.AsSpan(0, 84), out _));

        Assert.Equal(37, AliasRevokeBody.Write(token, [back], wire));
        Assert.True(AliasRevokeBody.TryParse(wire.AsSpan(0, 37), out AliasRevokeBody revoke));
        Assert.Equal(back, revoke.Alias(0));

        AliasResultBody result = new(id, 0x80000001);
        Assert.Equal(20, result.Write(wire));
        Assert.True(AliasResultBody.TryParse(wire.AsSpan(0, 20), out AliasResultBody readResult));
        Assert.Equal(result, readResult);

        RefusedBody refused = new(id, RefusalReason.NoRoom);
        Assert.Equal(18, refused.Write(wire));
        Assert.True(RefusedBody.TryParse(wire.AsSpan(0, 18), out RefusedBody readRefused));
        Assert.Equal(refused, readRefused);

        ProbeAnswerBody answer = new(id, 99);
        Assert.Equal(24, answer.Write(wire));
        Assert.True(ProbeAnswerBody.TryParse(wire.AsSpan(0, 24), out ProbeAnswerBody readAnswer));
        Assert.Equal(answer, readAnswer);
    }

    [Fact]
    public void Any_bytes_never_throw_in_any_body() =>
        Property.Holds(
            Property.Bytes(EnvelopeLayout.BodyBytesMax),
            bytes =>
            {
                _ = ReplyBlock.TryParse(bytes, ofNode: true, out _);
                _ = MessageBody.TryParse(bytes, out _);
                _ = FragmentBody.TryParse(bytes, out _);
                if (FragmentAckBody.TryParse(bytes, out FragmentAckBody ack))
                    _ = ack.Has(ushort.MaxValue);
                _ = ReceiptBody.TryParse(bytes, out _);
                _ = AttachBody.TryParse(bytes, out _);
                _ = ChallengeBody.TryParse(bytes, out _);
                _ = AttachToken.TryParse(bytes, out _);
                _ = AttachedBody.TryParse(bytes, out _);
                _ = KeptBody.TryParse(bytes, out _);
                _ = AliasRegisterBody.TryParse(bytes, out _);
                _ = AliasRevokeBody.TryParse(bytes, out _);
                _ = AliasResultBody.TryParse(bytes, out _);
                _ = RefusedBody.TryParse(bytes, out _);
                _ = ProbeAnswerBody.TryParse(bytes, out _);
                return true;
            });
}
