using Conet.Fuzz.Core;
using Conet.Routing.Chain;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>The RLP reader against a slow one, and what is read written again.</summary>
internal sealed class RlpTarget : IFuzzTarget
{
    public string Name => "rlp";

    public string Summary => "RlpReader against a slow twin; accepted means written again the same";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [0x80];
            yield return [0xC8, 0x83, .. "cat"u8, 0x83, .. "dog"u8];
            RlpWriter writer = new();
            int outer = writer.BeginList();
            writer.WriteUInt64(1024);
            writer.WriteBytes(Samples.Pattern(70, 3));
            int inner = writer.BeginList();
            for (ulong i = 0; i < 40; i++)
                writer.WriteUInt64(i * i * i);
            writer.EndList(inner);
            writer.WriteBytes(new byte[300]);
            writer.EndList(outer);
            yield return writer.ToArray();
            yield return [.. Enumerable.Range(0xC0, 31).Reverse().Select(i => (byte)i), 0xC0];
        }
    }

    public IEnumerable<byte[]> Tokens =>
    [
        [0x80], [0xC0], [0x81, 0x80], [0xB8, 0x38], [0xB9, 0x01, 0x00], [0xF8, 0x38], [0xF9, 0x01, 0x00],
        [0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0],
        [0xC1, 0xC0],
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        bool accepted = RlpReader.TryValidate(input, out RlpError error);
        Check(accepted == (error == RlpError.None), "accepted with an error, or refused without");
        byte[] copy = input.ToArray();
        Check(
            accepted == (SlowItem(copy, 0, copy.Length, 0) == copy.Length),
            $"the slow twin judges otherwise: {error}");
        ReadNumbers(input);
        if (!accepted)
            return false;
        RlpReader reader = new(input);
        RlpWriter writer = new();
        Copy(ref reader, writer);
        Check(input.SequenceEqual(writer.Written), "what was accepted is not what would be written");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length == 0)
            return false;
        int at = random.Below(input.Length);
        switch (random.Below(3))
        {
            case 0:
                input.Bytes[at] = (byte)(random.Pick((byte[])[0x80, 0xB7, 0xC0, 0xF7]) + random.Below(9));
                return true;
            case 1:
                RlpWriter writer = new();
                int mark = writer.BeginList();
                writer.WriteRaw(input.Bytes);
                writer.EndList(mark);
                input.Set(writer.Written);
                return true;
            default:
                RlpWriter bytes = new();
                bytes.WriteBytes(
                    Samples.Pattern(random.Pick((int[])[0, 1, 2, 54, 55, 56, 57, 255, 256, 257]), 0));
                input.Insert(at, bytes.Written);
                return true;
        }
    }

    private static void ReadNumbers(ReadOnlySpan<byte> input)
    {
        RlpReader reader = new(input);
        while (reader.TryReadUInt256(out UInt256 value))
        {
            RlpWriter writer = new();
            writer.WriteUInt256(value);
            Check(input.StartsWith(writer.Written), "a number is not what would be written");
            input = input[writer.Written.Length..];
        }
    }

    /// <summary>Where the item at <paramref name="at"/> ends, or -1.</summary>
    private static int SlowItem(byte[] data, int at, int end, int depth)
    {
        if (at >= end)
            return -1;
        int first = data[at];
        if (first < 0x80)
            return at + 1;
        bool isList = first >= 0xC0;
        int small = first - (isList ? 0xC0 : 0x80);
        long length = small;
        long start = at + 1;
        if (small > 55)
        {
            int digits = small - 55;
            if (at + 1 + digits > end || data[at + 1] == 0)
                return -1;
            decimal value = 0;
            for (int i = 0; i < digits; i++)
                value = (value * 256) + data[at + 1 + i];
            if (value < 56 || value > int.MaxValue)
                return -1;
            length = (long)value;
            start += digits;
        }

        if (start + length > end)
            return -1;
        int stop = (int)(start + length);
        if (!isList)
            return length == 1 && data[start] < 0x80 ? -1 : stop;
        if (depth >= ChainLimits.RlpDepthMax)
            return -1;
        int next = (int)start;
        while (next < stop && next >= 0)
            next = SlowItem(data, next, stop, depth + 1);
        return next;
    }

    private static void Copy(ref RlpReader reader, RlpWriter writer)
    {
        while (!reader.IsAtEnd)
        {
            if (!reader.IsListNext)
            {
                Check(reader.TryReadBytes(out ReadOnlySpan<byte> bytes), "valid bytes are not read");
                writer.WriteBytes(bytes);
                continue;
            }

            Check(reader.TryReadList(out RlpReader items), "a valid list is not read");
            int mark = writer.BeginList();
            Copy(ref items, writer);
            writer.EndList(mark);
        }
    }
}
