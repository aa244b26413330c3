using System.Buffers.Binary;
using Conet.Fuzz.Core;
using Conet.Wire.Bodies;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// A sender of pieces under any sequence of losses, timeouts and acknowledgements, true and false. Afterwards
/// the network is good, and the message must get through.
/// </summary>
internal sealed class FragmentSenderTarget : IFuzzTarget
{
    private const int CountMax = 300;

    public string Name => "fragment-sender";

    public string Summary =>
        "orders and false acknowledgements to a FragmentSender; it always gets through in the end";

    public int InputBytesMax => 384;

    public IEnumerable<byte[]> Seeds =>
    [
        [0, 100, 0, 0, 0, 0, 2, 10, 1, 0, 2],
        [1, 40, .. Samples.Pattern(120, 0)],
        [0, 8, 3, 0, 8, 0, 8, 0],
        [0, 10, 0, 0xFF, 0, 0x0F, 2, 1, 16, 0, 0, 0xFF, 0, 0xFF, 2, 2],
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        ByteScript script = new(input);
        int count = 2 + (script.UInt16() % (CountMax - 1));
        FragmentSender sender = new(count);
        byte[] arrived = new byte[(count / 8) + 1];
        ulong nowMs = Samples.NowMs;
        int acknowledged = 0;
        while (!script.IsAtEnd)
        {
            switch (script.Byte() & 3)
            {
                case 0:
                    Send(sender, arrived, script.Byte(), nowMs);
                    break;
                case 1:
                    nowMs += script.UInt16();
                    break;
                case 2:
                    Acknowledge(sender, arrived, nowMs);
                    break;
                default:
                    AcknowledgeFalsely(sender, ref script, nowMs);
                    break;
            }

            Check(
                sender.Acknowledged >= acknowledged && sender.Acknowledged <= count,
                "acknowledged pieces are lost");
            acknowledged = sender.Acknowledged;
            Check(sender.IsComplete == (acknowledged == count), "complete and not complete");
        }

        bool wasComplete = sender.IsComplete;
        Finish(sender, arrived, nowMs);
        return wasComplete;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        byte[] orders = random.Below(3) switch
        {
            0 => [0, (byte)random.Next(), 0, 0xFF],
            1 => [2],
            _ => [1, (byte)random.Small(20), (byte)random.Next()],
        };
        input.Insert(random.OneIn(4) ? 2 + random.Below(input.Length) : input.Length, orders);
        return true;
    }

    /// <summary>Takes pieces; bit i of <paramref name="pattern"/> says whether the piece arrives.</summary>
    private static void Send(FragmentSender sender, byte[] arrived, byte pattern, ulong nowMs)
    {
        for (int i = 0; i < 8 && sender.TryNext(nowMs, out int index); i++)
        {
            Check(index >= 0 && index < sender.Count, "a piece beyond the message");
            if ((pattern >> i & 1) != 0)
                arrived[index / 8] |= (byte)(1 << (index % 8));
        }
    }

    private static void Acknowledge(FragmentSender sender, byte[] arrived, ulong nowMs)
    {
        Span<byte> bytes = stackalloc byte[FragmentAckBody.HeaderSize + FragmentAckBody.BitmapBytesMax];
        int length = FragmentAckBody.Write(1, sender.Count, arrived, bytes);
        Check(
            FragmentAckBody.TryParse(bytes[..length], out FragmentAckBody body),
            "its acknowledgement is malformed");
        sender.OnAcknowledgement(body, nowMs);
    }

    private static void AcknowledgeFalsely(FragmentSender sender, ref ByteScript script, ulong nowMs)
    {
        Span<byte> bytes = stackalloc byte[FragmentAckBody.HeaderSize + 64];
        bytes.Clear();
        bool isOfAnother = script.Below(8) == 0;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)(sender.Count + (isOfAnother ? 1 : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(script.UInt16() % (sender.Count + 1)));
        ReadOnlySpan<byte> bitmap = script.Bytes(script.Below(40));
        bitmap.CopyTo(bytes[FragmentAckBody.HeaderSize..]);
        int length = FragmentAckBody.HeaderSize + bitmap.Length;
        if (FragmentAckBody.TryParse(bytes[..length], out FragmentAckBody body))
            sender.OnAcknowledgement(body, nowMs);
    }

    private static void Finish(FragmentSender sender, byte[] arrived, ulong nowMs)
    {
        int turns = 0;
        while (!sender.IsComplete)
        {
            Check(turns++ < 64 + sender.Count, "over a good network it does not get through");
            Send(sender, arrived, 0xFF, nowMs);
            Send(sender, arrived, 0xFF, nowMs);
            Acknowledge(sender, arrived, nowMs);
            nowMs += 4_000;
        }

        Check(!sender.TryNext(nowMs + 60_000, out _), "it goes on sending when all has arrived");
    }
}
