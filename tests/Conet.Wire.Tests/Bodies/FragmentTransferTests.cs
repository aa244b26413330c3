using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Wire.Tests.Bodies;

/// <summary>
/// Long messages over a link that loses, repeats and reorders, in simulated time, from printed seeds.
/// </summary>
public sealed class FragmentTransferTests
{
    private const ulong Start = 1_800_000_000_000;

    private static byte[] EnvelopeOf(
        Address from, MessageId id, ReadOnlySpan<byte> body, ulong issuedMs = Start)
    {
        byte[] bytes = new byte[EnvelopeLayout.Size];
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Fragment,
            IssuedMs = issuedMs,
            TtlSec = 600,
            MessageId = id,
            Body = body,
        };
        EnvelopeWriter.Write(draft, bytes);
        if (!from.IsZero)
        {
            from.CopyTo(bytes.AsSpan(EnvelopeLayout.FromOffset));
            bytes[EnvelopeLayout.AuthOffset] = 1;
            bytes[EnvelopeLayout.SignatureOffset] = 1;
        }

        return bytes;
    }

    private static Address Sender(uint n) => NodeAddress.Home(new NodeId(n), default);

    private static byte[] MessageOf(int contentBytes, int seed)
    {
        byte[] content = new byte[contentBytes];
        new Random(seed).NextBytes(content);
        byte[] body = new byte[MessageBody.SizeOf(true, contentBytes)];
        ReplyBlock block = new(NodeAddress.Alias(new NodeId(1), new byte[32]), new byte[32], ulong.MaxValue);
        MessageBody.Write(block, true, content, body);
        return body;
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(30, 10, 40)]
    [InlineData(60, 20, 100)]
    public void A_long_message_arrives_once_and_whole(int lossPercent, int copyPercent, int jitterMs)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            (byte[]? got, int deliveries, FragmentSender sender) =
                Transfer(seed, lossPercent, copyPercent, jitterMs);
            Assert.True(got is not null, $"seed {seed}: not delivered");
            Assert.Equal(1, deliveries);
            Assert.True(sender.IsComplete, $"seed {seed}: not acknowledged");
            Assert.Equal(MessageOf(60_000 + seed, seed), got);
            if (lossPercent == 0)
                Assert.Equal(0, sender.Repeated);
        }
    }

    private static (byte[]? Got, int Deliveries, FragmentSender Sender) Transfer(
        int seed, int lossPercent, int copyPercent, int jitterMs)
    {
        Random random = new(seed);
        byte[] message = MessageOf(60_000 + seed, seed);
        int count = FragmentBody.CountFor(message.Length);
        MessageId[] ids = [.. Enumerable.Range(0, count).Select(_ => MessageId.CreateRandom())];
        FragmentSender sender = new(count);
        FragmentAssembler assembler = new();
        PriorityQueue<(bool IsAck, byte[] Bytes), ulong> link = new();
        byte[]? got = null;
        int deliveries = 0;
        byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
        for (ulong now = Start; now < Start + 120_000 && !sender.IsComplete; now++)
        {
            while (sender.TryNext(now, out int index))
            {
                int length = FragmentBody.Write(5, index, message, wire);
                Put(false, EnvelopeOf(Sender(1), ids[index], wire.AsSpan(0, length)), now);
            }

            while (link.TryPeek(out (bool IsAck, byte[] Bytes) item, out ulong due) && due <= now)
            {
                link.Dequeue();
                if (item.IsAck)
                {
                    Assert.True(FragmentAckBody.TryParse(item.Bytes, out FragmentAckBody ack));
                    sender.OnAcknowledgement(ack, now);
                    continue;
                }

                Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(item.Bytes, out Envelope envelope));
                Assert.True(FragmentBody.TryParse(envelope.Body, out FragmentBody piece));
                AssemblyStep step = assembler.Add(envelope, piece, now, out FragmentGroup? group);
                Assert.Contains(
                    step, new[] { AssemblyStep.Kept, AssemblyStep.Repeated, AssemblyStep.Complete });
                if (step == AssemblyStep.Complete)
                {
                    got = assembler.Take(group!);
                    deliveries++;
                    Assert.Equal(ids[0], group!.MessageId);
                }

                if (group!.ReplyBlock is not null)
                    Put(true, wire[..group.WriteAcknowledgement(wire)], now);
            }
        }

        Assert.Equal(0, assembler.HeldBytes);
        return (got, deliveries, sender);

        void Put(bool isAck, byte[] bytes, ulong now)
        {
            int copies = random.Next(100) < copyPercent ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                if (random.Next(100) >= lossPercent)
                    link.Enqueue((isAck, bytes), now + 5 + (ulong)random.Next(0, jitterMs + 1));
            }
        }
    }

    [Fact]
    public void Memory_is_bounded_whatever_strangers_begin()
    {
        FragmentAssembler assembler = new(bytesMax: 100_000, groupsMax: 50);
        byte[] message = MessageOf(5_000_000, 1);
        byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
        Random random = new(1);
        for (int i = 0; i < 5_000; i++)
        {
            int length = FragmentBody.Write((uint)random.Next(1000), random.Next(5000), message, wire);
            Address from = random.Next(3) == 0 ? default : Sender((uint)random.Next(1, 500));
            byte[] bytes = EnvelopeOf(from, MessageId.CreateRandom(), wire.AsSpan(0, length));
            Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
            Assert.True(FragmentBody.TryParse(envelope.Body, out FragmentBody piece));
            assembler.Add(envelope, piece, Start + (ulong)i, out _);
            Assert.True(assembler.HeldBytes <= 100_000);
            Assert.True(assembler.AnonymousHeldBytes <= 25_000);
            Assert.True(assembler.OpenGroups <= 50);
        }

        Assert.True(assembler.OpenGroups > 0);
        Assert.True(assembler.ForgetIdle(Start + 100_000) > 0);
        Assert.Equal(0, assembler.OpenGroups);
        Assert.Equal(0, assembler.HeldBytes);
        Assert.Equal(0, assembler.AnonymousHeldBytes);
    }

    [Fact]
    public void Pieces_that_contradict_the_first_are_malformed()
    {
        FragmentAssembler assembler = new();
        byte[] message = MessageOf(5_000, 1);
        byte[] longer = MessageOf(9_000, 1);
        byte[] wire = new byte[EnvelopeLayout.BodyBytesMax];
        Assert.Equal(AssemblyStep.Kept, Add(message, 1, Start));
        Assert.Equal(AssemblyStep.Repeated, Add(message, 1, Start));
        Assert.Equal(AssemblyStep.Malformed, Add(longer, 2, Start));
        Assert.Equal(AssemblyStep.Malformed, Add(message, 2, Start + 1));
        byte[] badStart = (byte[])message.Clone();
        badStart[0] = 0x80;
        Assert.Equal(AssemblyStep.Malformed, Add(badStart, 0, Start));
        Assert.Equal(AssemblyStep.Kept, Add(message, 0, Start));

        AssemblyStep Add(byte[] body, int index, ulong issuedMs)
        {
            int length = FragmentBody.Write(5, index, body, wire);
            byte[] bytes = EnvelopeOf(Sender(1), MessageId.CreateRandom(), wire.AsSpan(0, length), issuedMs);
            Assert.Equal(EnvelopeProblem.None, Envelope.TryParse(bytes, out Envelope envelope));
            Assert.True(FragmentBody.TryParse(envelope.Body, out FragmentBody piece));
            return assembler.Add(envelope, piece, Start, out _);
        }
    }
}
