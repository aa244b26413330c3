using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using Conet.Wire.Sealing;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>
/// A small replay memory under any order of messages and time: nothing is accepted twice while it lives.
/// </summary>
internal sealed class ReplayMemoryTarget : IFuzzTarget
{
    private const int EntriesMax = 6;

    public string Name => "replay-memory";

    public string Summary =>
        "orders to a ReplayMemory; nothing is fresh twice, and it stays within its bound";

    public int InputBytesMax => 512;

    public IEnumerable<byte[]> Seeds => [[0, 1, 5, 9, 0, 1, 5, 9], Samples.Pattern(255, 0)];

    public bool Run(ReadOnlySpan<byte> input)
    {
        ByteScript script = new(input);
        ReplayMemory memory = new(EntriesMax);
        HashSet<(Address, MessageId)> fresh = [];
        Span<byte> bytes = stackalloc byte[Address.Size];
        ulong nowMs = Samples.NowMs;
        bool isRefused = false;
        while (!script.IsAtEnd)
        {
            byte order = script.Byte();
            if ((order & 7) == 7)
            {
                nowMs += (ulong)script.Byte() * 100;
                continue;
            }

            bytes.Fill((byte)(order & 3));
            Address from = new(bytes);
            MessageId id = new(Samples.Pattern(MessageId.Size, (byte)(script.Byte() & 0x1F)));
            ulong issuedMs = Samples.NowMs + ((ulong)Key(id) * 1_000);
            ulong refusedFromMs = issuedMs + 30_000;
            if (nowMs >= refusedFromMs)
                continue;
            bool isKnown = memory.Contains(from, id);
            ReplayVerdict verdict = memory.Remember(from, id, issuedMs, refusedFromMs, nowMs);
            Check(
                (verdict == ReplayVerdict.Seen) == isKnown,
                "what is remembered was not seen, or the reverse");
            if (verdict == ReplayVerdict.Fresh)
                Check(fresh.Add((from, id)), "a message was fresh twice");
            isRefused |= verdict == ReplayVerdict.Refused;
            Check(memory.Count is >= 0 and <= EntriesMax, "it remembers more than it may");
            Check(
                verdict == ReplayVerdict.Refused || memory.Contains(from, id),
                "what was accepted is not remembered");
        }

        return isRefused;
    }

    private static byte Key(MessageId id)
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        return bytes[0];
    }
}
