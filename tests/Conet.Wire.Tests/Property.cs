using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Conet.Wire.Tests;

/// <summary>
/// Runs FsCheck properties from plain facts. A failure prints its seed as (number,number); the environment
/// variable CONET_REPLAY with these two numbers makes the same cases again.
/// </summary>
internal static class Property
{
    public const int Cases = 10_000;

    private static readonly Config _config = Config.QuickThrowOnFailure.WithMaxTest(Cases).WithEndSize(200);

    public static void Holds<T>(Gen<T> generator, Func<T, bool> property, int cases = Cases) =>
        Check.One(Replayed(_config.WithMaxTest(cases)), Prop.ForAll(generator.ToArbitrary(), property));

    /// <summary>Byte strings of 0 to max bytes: random, all zero, all 0xff, and of edge lengths.</summary>
    public static Gen<byte[]> Bytes(int max) =>
        from length in Gen.Frequency(
            (3, Gen.Choose(0, max)), (1, Gen.Elements(0, 1, max - 1, max)))
        from kind in Gen.Choose(0, 9)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Fill(length, kind, seed);

    public static Gen<byte[]> BytesOf(int length) =>
        from kind in Gen.Choose(0, 9)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Fill(length, kind, seed);

    private static Config Replayed(Config config)
    {
        string? seed = Environment.GetEnvironmentVariable("CONET_REPLAY");
        if (string.IsNullOrEmpty(seed))
            return config;
        ulong[] numbers = [.. seed.Trim('(', ')').Split(',').Select(ulong.Parse)];
        Replay replay = new(new Rnd(numbers[0], numbers[1]), FSharpOption<int>.None);
        return config.WithReplay(FSharpOption<Replay>.Some(replay));
    }

    private static byte[] Fill(int length, int kind, int seed)
    {
        byte[] bytes = new byte[length];
        if (kind == 0)
            bytes.AsSpan().Fill(0xFF);
        else if (kind > 1)
            new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
