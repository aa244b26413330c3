using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Conet.Routing.Tests.Chain;

/// <summary>
/// Cases by seed: FsCheck chooses the seeds, and a failure prints the one that it came from.
/// </summary>
internal static class RegistryCases
{
    public const int Cases = 10_000;

    public static void Hold(Func<Random, bool> property, int cases = Cases)
    {
        Config config = Replayed(Config.QuickThrowOnFailure.WithMaxTest(cases));
        Gen<int> seeds = Gen.Choose(0, int.MaxValue - 1);
        Check.One(config, Prop.ForAll(seeds.ToArbitrary(), seed => property(new Random(seed))));
    }

    /// <summary>
    /// Either anything at all, or a good file with a few bytes changed, cut off, put in or doubled.
    /// </summary>
    public static byte[] Hostile(Random random, ReadOnlySpan<byte> good)
    {
        if (random.Next(4) == 0)
        {
            byte[] any = new byte[random.Next(2 * good.Length)];
            random.NextBytes(any);
            return any;
        }
        List<byte> bytes = [.. good];
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    if (at < bytes.Count) bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }

    public static byte[] Bytes(Random random, int size)
    {
        byte[] bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Config Replayed(Config config)
    {
        string? seed = Environment.GetEnvironmentVariable("CONET_REPLAY");
        if (string.IsNullOrEmpty(seed)) return config;
        ulong[] numbers = [.. seed.Trim('(', ')').Split(',').Select(ulong.Parse)];
        Replay replay = new(new Rnd(numbers[0], numbers[1]), FSharpOption<int>.None);
        return config.WithReplay(FSharpOption<Replay>.Some(replay));
    }
}
