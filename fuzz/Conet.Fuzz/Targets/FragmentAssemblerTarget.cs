using System.Buffers.Binary;
using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Pieces of several messages of several senders in any order, with time passing. What is joined must be what
/// was sent, and no bound may be exceeded.
/// </summary>
internal sealed class FragmentAssemblerTarget : IFuzzTarget
{
    private const int BytesMax = 48 * 1024, GroupsMax = 6;

    public string Name => "fragment-assembler";

    public string Summary =>
        "orders to a FragmentAssembler; what is joined was sent, bounds hold, nothing is leaked";

    public int InputBytesMax => 512;

    public IEnumerable<byte[]> Seeds =>
    [
        Message(1, 0, 2),
        [.. Message(0, 0, 5)[..15], .. Message(2, 1, 3), 7, 6, 70, 7, .. Message(0, 0, 5)[15..]],
        Samples.Pattern(200, 0),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        ByteScript script = new(input);
        FragmentAssembler assembler = new(BytesMax, GroupsMax);
        ulong nowMs = Samples.NowMs;
        bool isJoined = false;
        while (!script.IsAtEnd)
        {
            switch (script.Byte() & 7)
            {
                case 6:
                    nowMs += (ulong)script.Byte() * 1_000;
                    break;
                case 7:
                    assembler.ForgetIdle(nowMs);
                    break;
                default:
                    isJoined |= Add(assembler, ref script, nowMs);
                    break;
            }

            Check(assembler.HeldBytes is >= 0 and <= BytesMax, "it holds more than it may");
            Check(
                assembler.AnonymousHeldBytes is >= 0 and <= BytesMax / 4,
                "strangers hold more than they may");
            Check(assembler.OpenGroups <= GroupsMax, "too many messages are open");
        }

        assembler.ForgetIdle(nowMs + 10_000_000_000);
        Check(assembler.OpenGroups == 0 && assembler.HeldBytes == 0, "something is never given up");
        Check(assembler.AnonymousHeldBytes == 0, "something of strangers is never given up");
        return isJoined;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        byte[] orders = Message((byte)random.Below(4), (byte)random.Below(4), (byte)(2 + random.Small(20)));
        int kept = random.OneIn(3) ? random.Below(orders.Length) : orders.Length;
        input.Insert(random.OneIn(2) ? random.Below(input.Length) : input.Length, orders.AsSpan(0, kept));
        return true;
    }

    /// <summary>The orders that bring all pieces of a message.</summary>
    private static byte[] Message(byte sender, byte group, byte count) =>
        [.. Enumerable.Range(0, count).SelectMany(index => (byte[])[0, sender, group, count, (byte)index])];

    private static bool Add(FragmentAssembler assembler, ref ByteScript script, ulong nowMs)
    {
        int sender = script.Below(4);
        byte selector = script.Byte();
        uint groupId = (uint)(selector & 3);
        int count = Math.Max(2, (int)script.Byte());
        int index = script.Below(count);
        byte variant = (byte)(selector >> 2);
        Span<byte> bytes = stackalloc byte[EnvelopeLayout.BodyBytesMax];
        int lastLength = 1 + (((int)groupId * 57) + (count * 5)) % FragmentBody.PieceSize;
        int length = index == count - 1 ? lastLength : FragmentBody.PieceSize;
        BinaryPrimitives.WriteUInt32BigEndian(bytes, groupId);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)index);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)count);
        Span<byte> piece = bytes.Slice(FragmentBody.HeaderSize, length);
        piece.Fill(FillOf(sender, groupId, index));
        if (index == 0)
            piece[0] = variant == 63 ? (byte)2 : (byte)0;
        Check(
            FragmentBody.TryParse(bytes[..(FragmentBody.HeaderSize + length)], out FragmentBody body),
            "no piece");

        Span<byte> envelope = stackalloc byte[EnvelopeLayout.Size];
        WriteEnvelope(envelope, sender, index, variant);
        Check(Envelope.TryParse(envelope, out Envelope parsed) == EnvelopeProblem.None, "no envelope");
        AssemblyStep step = assembler.Add(parsed, body, nowMs, out FragmentGroup? group);
        bool isKept = step is AssemblyStep.Kept or AssemblyStep.Complete or AssemblyStep.Repeated;
        if (!isKept)
            return false;
        Check(
            group is not null && group.Count == count && group.GroupId == groupId,
            "another message was given");
        CheckAcknowledgement(group!, index);
        if (step != AssemblyStep.Complete)
            return false;
        byte[] joined = assembler.Take(group!);
        Check(
            joined.Length == ((count - 1) * FragmentBody.PieceSize) + lastLength, "joined to another length");
        for (int i = 0; i < joined.Length; i++)
        {
            byte expected = i == 0 ? (byte)0 : FillOf(sender, groupId, i / FragmentBody.PieceSize);
            if (joined[i] != expected)
                throw new FuzzOracleException("joined to what nobody sent");
        }

        return true;
    }

    private static void CheckAcknowledgement(FragmentGroup group, int index)
    {
        Span<byte> bytes = stackalloc byte[FragmentAckBody.HeaderSize + FragmentAckBody.BitmapBytesMax];
        int length = group.WriteAcknowledgement(bytes);
        Check(
            FragmentAckBody.TryParse(bytes[..length], out FragmentAckBody ack),
            "its acknowledgement is malformed");
        Check(ack.Has(index), "a piece that came is not acknowledged");
        Check(
            (ack.Base == ack.Count) == group.IsComplete, "complete and fully acknowledged are not the same");
    }

    private static byte FillOf(int sender, uint groupId, int index) =>
        (byte)(1 + (sender * 67) + (groupId * 31) + index);

    private static void WriteEnvelope(Span<byte> bytes, int sender, int index, byte variant)
    {
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Fragment,
            IssuedMs = Samples.NowMs - (variant == 62 ? 1u : 0),
            TtlSec = variant == 61 ? 31u : 30,
            MessageId = new MessageId(Samples.Pattern(MessageId.Size, (byte)(index + sender))),
            Body = [],
        };
        EnvelopeWriter.Write(draft, bytes);
        if (sender == 0)
            return;
        bytes.Slice(EnvelopeLayout.FromOffset, Address.Size).Fill((byte)sender);
        bytes[EnvelopeLayout.AuthOffset] = (byte)EnvelopeAuth.Wallet;
    }
}
