using System.Buffers.Binary;
using static System.Numerics.BitOperations;

namespace Conet.Wire.Addresses;

/// <summary>
/// Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256. Allocates nothing but the
/// array of the overload that returns one. Any thread. Source: the Keccak reference, rate 1088 bits, capacity
/// 512, output 256.
/// </summary>
public static class Keccak256
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private const int RateBytes = 136;
    private const int Lanes = 25;

    internal static readonly ulong[] RoundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B,
        0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088,
        0x0000000080008009, 0x000000008000000A, 0x000000008000808B, 0x800000000000008B, 0x8000000000008089,
        0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Hashes <paramref name="data"/> into the first 32 bytes of <paramref name="hash"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        while (data.Length >= RateBytes)
        {
            Absorb(state, data[..RateBytes]);
            data = data[RateBytes..];
        }

        Span<byte> last = stackalloc byte[RateBytes];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[RateBytes - 1] |= 0x80;
        Absorb(state, last);
        for (int lane = 0; lane < Size / sizeof(ulong); lane++)
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(lane * sizeof(ulong))..], state[lane]);
    }

    /// <summary>Hashes into a fresh array of 32 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        byte[] hash = new byte[Size];
        Hash(data, hash);
        return hash;
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int lane = 0; lane < RateBytes / sizeof(ulong); lane++)
            state[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(lane * sizeof(ulong))..]);
        Permute(state);
    }

    /// <summary>
    /// Keccak-f[1600], a round without loops. Lanes are named as in the reference: rows b, g, k, m, s;
    /// columns a, e, i, o, u.
    /// </summary>
    private static void Permute(Span<ulong> lanes)
    {
        Span<ulong> s = lanes[..Lanes];
        ulong ba = s[0], be = s[1], bi = s[2], bo = s[3], bu = s[4];
        ulong ga = s[5], ge = s[6], gi = s[7], go = s[8], gu = s[9];
        ulong ka = s[10], ke = s[11], ki = s[12], ko = s[13], ku = s[14];
        ulong ma = s[15], me = s[16], mi = s[17], mo = s[18], mu = s[19];
        ulong sa = s[20], se = s[21], si = s[22], so = s[23], su = s[24];
        foreach (ulong constant in RoundConstants)
        {
            ulong ca = ba ^ ga ^ ka ^ ma ^ sa;
            ulong ce = be ^ ge ^ ke ^ me ^ se;
            ulong ci = bi ^ gi ^ ki ^ mi ^ si;
            ulong co = bo ^ go ^ ko ^ mo ^ so;
            ulong cu = bu ^ gu ^ ku ^ mu ^ su;
            ulong xa = cu ^ RotateLeft(ce, 1);
            ulong xe = ca ^ RotateLeft(ci, 1);
            ulong xi = ce ^ RotateLeft(co, 1);
            ulong xo = ci ^ RotateLeft(cu, 1);
            ulong xu = co ^ RotateLeft(ca, 1);

            ulong baT = ba ^ xa, beT = RotateLeft(ge ^ xe, 44), biT = RotateLeft(ki ^ xi, 43),
                boT = RotateLeft(mo ^ xo, 21), buT = RotateLeft(su ^ xu, 14);
            ulong gaT = RotateLeft(bo ^ xo, 28), geT = RotateLeft(gu ^ xu, 20), giT = RotateLeft(ka ^ xa, 3),
                goT = RotateLeft(me ^ xe, 45), guT = RotateLeft(si ^ xi, 61);
            ulong kaT = RotateLeft(be ^ xe, 1), keT = RotateLeft(gi ^ xi, 6), kiT = RotateLeft(ko ^ xo, 25),
                koT = RotateLeft(mu ^ xu, 8), kuT = RotateLeft(sa ^ xa, 18);
            ulong maT = RotateLeft(bu ^ xu, 27), meT = RotateLeft(ga ^ xa, 36), miT = RotateLeft(ke ^ xe, 10),
                moT = RotateLeft(mi ^ xi, 15), muT = RotateLeft(so ^ xo, 56);
            ulong saT = RotateLeft(bi ^ xi, 62), seT = RotateLeft(go ^ xo, 55), siT = RotateLeft(ku ^ xu, 39),
                soT = RotateLeft(ma ^ xa, 41), suT = RotateLeft(se ^ xe, 2);

            ba = baT ^ (~beT & biT) ^ constant;
            be = beT ^ (~biT & boT);
            bi = biT ^ (~boT & buT);
            bo = boT ^ (~buT & baT);
            bu = buT ^ (~baT & beT);
            ga = gaT ^ (~geT & giT);
            ge = geT ^ (~giT & goT);
            gi = giT ^ (~goT & guT);
            go = goT ^ (~guT & gaT);
            gu = guT ^ (~gaT & geT);
            ka = kaT ^ (~keT & kiT);
            ke = keT ^ (~kiT & koT);
            ki = kiT ^ (~koT & kuT);
            ko = koT ^ (~kuT & kaT);
            ku = kuT ^ (~kaT & keT);
            ma = maT ^ (~meT & miT);
            me = meT ^ (~miT & moT);
            mi = miT ^ (~moT & muT);
            mo = moT ^ (~muT & maT);
            mu = muT ^ (~maT & meT);
            sa = saT ^ (~seT & siT);
            se = seT ^ (~siT & soT);
            si = siT ^ (~soT & suT);
            so = soT ^ (~suT & saT);
            su = suT ^ (~saT & seT);
        }

        (s[0], s[1], s[2], s[3], s[4]) = (ba, be, bi, bo, bu);
        (s[5], s[6], s[7], s[8], s[9]) = (ga, ge, gi, go, gu);
        (s[10], s[11], s[12], s[13], s[14]) = (ka, ke, ki, ko, ku);
        (s[15], s[16], s[17], s[18], s[19]) = (ma, me, mi, mo, mu);
        (s[20], s[21], s[22], s[23], s[24]) = (sa, se, si, so, su);
    }
}
