using System.Numerics;

namespace Conet.Fuzz.Core;

/// <summary>
/// xoshiro256** seeded by SplitMix64: the same numbers on every machine and every version of .NET, so that a
/// seed printed today can be replayed tomorrow. Not for secrets. Source: Blackman and Vigna, "Scrambled
/// linear PRNGs".
/// </summary>
public sealed class FuzzRandom
{
    private ulong _a, _b, _c, _d;

    /// <summary>Starts the sequence of a seed.</summary>
    public FuzzRandom(ulong seed) => Restart(seed, 0, 0);

    /// <summary>Starts the sequence that belongs to three numbers together.</summary>
    public void Restart(ulong seed, ulong stream, ulong index)
    {
        ulong state = seed;
        state = SplitMix(ref state) ^ stream;
        state = SplitMix(ref state) ^ index;
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 to <paramref name="end"/>, exclusive; 0 if that is 0 or less.</summary>
    public int Below(int end) => end <= 0 ? 0 : (int)(((UInt128)Next() * (uint)end) >> 64);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>0 to <paramref name="most"/>, small numbers more often.</summary>
    public int Small(int most) => Below(1 + Below(1 + Below(most + 1)));

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Fills a span.</summary>
    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            BitConverter.TryWriteBytes(bytes, Next());
            bytes = bytes[sizeof(ulong)..];
        }

        if (bytes.IsEmpty)
            return;
        ulong last = Next();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(last >> (8 * i));
    }

    /// <summary>The stream number of a name: FNV-1a.</summary>
    public static ulong StreamOf(string name)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (char letter in name)
            hash = (hash ^ letter) * 0x0000_0100_0000_01B3;
        return hash;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15;
        ulong mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
