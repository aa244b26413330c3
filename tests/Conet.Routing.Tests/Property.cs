using FsCheck;
using FsCheck.Fluent;

namespace Conet.Routing.Tests;

/// <summary>Runs FsCheck properties from plain facts; a failure prints the seed to replay with.</summary>
internal static class Property
{
    public const int Cases = 10_000;

    private static readonly Config _config = Config.QuickThrowOnFailure.WithMaxTest(Cases).WithEndSize(200);

    public static bool IsFull => Environment.GetEnvironmentVariable("CONET_FULL") == "1";

    public static void Holds<T>(Gen<T> generator, Func<T, bool> property, int cases = Cases) =>
        Check.One(_config.WithMaxTest(cases), Prop.ForAll(generator.ToArbitrary(), property));

    /// <summary>A property of everything that a seed leads to; the seed is what a failure prints.</summary>
    public static void HoldsForSeeds(Func<Random, bool> property, int cases = Cases) =>
        Holds(Gen.Choose(0, int.MaxValue - 1), seed => property(new Random(seed)), cases);

    /// <summary>0 to max bytes: random, all 0xFF, all zero, or of few distinct values.</summary>
    public static byte[] Bytes(Random random, int max)
    {
        byte[] bytes = new byte[random.Next(8) == 0 ? max : random.Next(max + 1)];
        switch (random.Next(8))
        {
            case 0:
                break;
            case 1:
                bytes.AsSpan().Fill(0xFF);
                break;
            case 2:
                for (int i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)random.Next(4);
                break;
            default:
                random.NextBytes(bytes);
                break;
        }

        return bytes;
    }

    /// <summary>
    /// A copy with one of the usual accidents: a byte altered, cut out, put in, or the end cut off.
    /// </summary>
    public static byte[] Spoil(Random random, byte[] bytes)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        int at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + 1)..]];
            case 2:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            default:
                byte[] altered = [.. bytes];
                altered[at] ^= (byte)(1 << random.Next(8));
                return altered;
        }
    }
}
