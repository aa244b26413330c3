using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Cells;
using Conet.Wire.Sealing;

namespace Conet.Bench.Wire;

/// <summary>What does it cost to look at bytes from the network?</summary>
[Question("parse", "cell", AllocatesNothing = true, UsesVectors = true)]
public class ParseBench
{
    /// <summary>Cells of one call.</summary>
    public const int Count = 256;

    private const int Seed = 11;
    private const int ShortBody = 32;

    private readonly byte[] _cells = new byte[Count * CellLayout.Size];
    private readonly byte[] _longBodies = new byte[Count * EnvelopeLayout.Size];
    private readonly byte[] _shortBodies = new byte[Count * EnvelopeLayout.Size];
    private readonly byte[] _garbage = new byte[Count * EnvelopeLayout.Size];

    /// <summary>Fills cells and envelopes.</summary>
    public ParseBench()
    {
        Random random = new(Seed);
        random.NextBytes(_cells);
        random.NextBytes(_garbage);
        using Wallet sender = Wallet.Create();
        for (int index = 0; index < Count; index++)
        {
            Write(sender, random, EnvelopeLayout.BodyBytesMax, EnvelopeAt(_longBodies, index));
            Write(sender, random, ShortBody, EnvelopeAt(_shortBodies, index));
            _garbage[index * EnvelopeLayout.Size] = EnvelopeLayout.Version;
        }
    }

    /// <summary>A datagram to a view of a cell.</summary>
    [Benchmark(Description = "cell view", OperationsPerInvoke = Count)]
    public int CellViews()
    {
        int sum = 0;
        for (int index = 0; index < Count; index++)
        {
            if (CellView.TryRead(_cells.AsSpan(index * CellLayout.Size, CellLayout.Size), out CellView view))
                sum += view.Destination[0];
        }

        return sum;
    }

    /// <summary>An opened envelope whose body fills it.</summary>
    [Benchmark(Description = "envelope, body of 972 bytes", OperationsPerInvoke = Count, Baseline = true)]
    public int LongBodies() => Parse(_longBodies);

    /// <summary>An opened envelope that is mostly padding, which is checked.</summary>
    [Benchmark(Description = "envelope, body of 32 bytes", OperationsPerInvoke = Count)]
    public int ShortBodies() => Parse(_shortBodies);

    /// <summary>Random bytes of the right length and version.</summary>
    [Benchmark(Description = "envelope, hostile bytes", OperationsPerInvoke = Count)]
    public int Garbage() => Parse(_garbage);

    private static void Write(Wallet sender, Random random, int bodyBytes, Span<byte> bytes)
    {
        byte[] body = new byte[bodyBytes];
        random.NextBytes(body);
        EnvelopeDraft draft = new()
        {
            Kind = BodyKind.Message,
            IssuedMs = 1_760_000_000_000,
            TtlSec = 3600,
            MessageId = MessageId.CreateRandom(),
            Body = body,
        };
        EnvelopeWriter.Write(draft, bytes);
        EnvelopeWriter.Sign(sender, default, draft, new byte[FirstContactSeal.KeyCommitSize], bytes);
    }

    private static Span<byte> EnvelopeAt(byte[] envelopes, int index) =>
        envelopes.AsSpan(index * EnvelopeLayout.Size, EnvelopeLayout.Size);

    private static int Parse(byte[] envelopes)
    {
        int sum = 0;
        for (int index = 0; index < Count; index++)
        {
            EnvelopeProblem problem = Envelope.TryParse(EnvelopeAt(envelopes, index), out Envelope envelope);
            sum += (int)problem + envelope.Body.Length;
        }

        return sum;
    }
}
