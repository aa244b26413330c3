using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Conet.Wire.Addresses;

/// <summary>
/// Keccak-256 of four short messages at once: with vectors of 256 bits one permutation of four states, each
/// in a lane of its own; without them one after the other. Allocates nothing. Any thread.
/// </summary>
internal static class Keccak256Lanes
{
    /// <summary>Messages at once.</summary>
    public const int Count = 4;

    /// <summary>Bytes of the block that a message lies in; it is at least one shorter.</summary>
    public const int BlockSize = 136;

    private const int StateLanes = 25, RateLanes = BlockSize / sizeof(ulong);

    /// <summary>True if four cost less than four times one.</summary>
    public static bool IsWide => Vector256.IsHardwareAccelerated;

    /// <summary>Hashes four messages.</summary>
    /// <param name="blocks">
    /// Four blocks of 136 bytes, each with a message at its start; what follows the message is overwritten.
    /// </param>
    /// <param name="sizes">Bytes of each message, 0 to 135.</param>
    /// <param name="hashes">Receives four times 32 bytes.</param>
    public static void Hash(Span<byte> blocks, ReadOnlySpan<int> sizes, Span<byte> hashes)
    {
        if (IsWide)
            HashWide(blocks, sizes, hashes);
        else
            HashScalar(blocks, sizes, hashes);
    }

    /// <summary>The same with the hash of one message.</summary>
    internal static void HashScalar(ReadOnlySpan<byte> blocks, ReadOnlySpan<int> sizes, Span<byte> hashes)
    {
        for (int i = 0; i < Count; i++)
            Keccak256.Hash(blocks.Slice(i * BlockSize, sizes[i]), hashes[(i * Keccak256.Size)..]);
    }

    private static void HashWide(Span<byte> blocks, ReadOnlySpan<int> sizes, Span<byte> hashes)
    {
        for (int i = 0; i < Count; i++)
        {
            Span<byte> padding = blocks.Slice(i * BlockSize, BlockSize)[sizes[i]..];
            padding.Clear();
            padding[0] = 0x01;
            padding[^1] |= 0x80;
        }

        Span<Vector256<ulong>> state = stackalloc Vector256<ulong>[StateLanes];
        state.Clear();
        for (int lane = 0; lane < RateLanes; lane++)
            state[lane] = Gather(blocks[(lane * sizeof(ulong))..]);
        Permute(state);
        Span<ulong> lanes = stackalloc ulong[Count];
        for (int lane = 0; lane < Keccak256.Size / sizeof(ulong); lane++)
        {
            state[lane].CopyTo(lanes);
            for (int i = 0; i < Count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(
                    hashes[((i * Keccak256.Size) + (lane * sizeof(ulong)))..], lanes[i]);
            }
        }
    }

    /// <summary>One lane of each block.</summary>
    private static Vector256<ulong> Gather(ReadOnlySpan<byte> blocks)
    {
        ReadOnlySpan<byte> last = blocks[..((3 * BlockSize) + sizeof(ulong))];
        return Vector256.Create(
            BinaryPrimitives.ReadUInt64LittleEndian(last),
            BinaryPrimitives.ReadUInt64LittleEndian(last[(1 * BlockSize)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(last[(2 * BlockSize)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(last[(3 * BlockSize)..]));
    }

    /// <summary>Keccak-f[1600] on four states; lanes are named as in <see cref="Keccak256"/>.</summary>
    private static void Permute(Span<Vector256<ulong>> lanes)
    {
        Span<Vector256<ulong>> s = lanes[..StateLanes];
        Vector256<ulong> ba = s[0], be = s[1], bi = s[2], bo = s[3], bu = s[4];
        Vector256<ulong> ga = s[5], ge = s[6], gi = s[7], go = s[8], gu = s[9];
        Vector256<ulong> ka = s[10], ke = s[11], ki = s[12], ko = s[13], ku = s[14];
        Vector256<ulong> ma = s[15], me = s[16], mi = s[17], mo = s[18], mu = s[19];
        Vector256<ulong> sa = s[20], se = s[21], si = s[22], so = s[23], su = s[24];
        foreach (ulong constant in Keccak256.RoundConstants)
        {
            Vector256<ulong> ca = Sum(Sum(ba, ga, ka), ma, sa);
            Vector256<ulong> ce = Sum(Sum(be, ge, ke), me, se);
            Vector256<ulong> ci = Sum(Sum(bi, gi, ki), mi, si);
            Vector256<ulong> co = Sum(Sum(bo, go, ko), mo, so);
            Vector256<ulong> cu = Sum(Sum(bu, gu, ku), mu, su);
            Vector256<ulong> xa = cu ^ Rotate(ce, 1);
            Vector256<ulong> xe = ca ^ Rotate(ci, 1);
            Vector256<ulong> xi = ce ^ Rotate(co, 1);
            Vector256<ulong> xo = ci ^ Rotate(cu, 1);
            Vector256<ulong> xu = co ^ Rotate(ca, 1);

            Vector256<ulong> baT = ba ^ xa, beT = Rotate(ge ^ xe, 44),
                biT = Rotate(ki ^ xi, 43), boT = Rotate(mo ^ xo, 21),
                buT = Rotate(su ^ xu, 14);
            Vector256<ulong> gaT = Rotate(bo ^ xo, 28), geT = Rotate(gu ^ xu, 20),
                giT = Rotate(ka ^ xa, 3), goT = Rotate(me ^ xe, 45),
                guT = Rotate(si ^ xi, 61);
            Vector256<ulong> kaT = Rotate(be ^ xe, 1), keT = Rotate(gi ^ xi, 6),
                kiT = Rotate(ko ^ xo, 25), koT = Rotate(mu ^ xu, 8),
                kuT = Rotate(sa ^ xa, 18);
            Vector256<ulong> maT = Rotate(bu ^ xu, 27), meT = Rotate(ga ^ xa, 36),
                miT = Rotate(ke ^ xe, 10), moT = Rotate(mi ^ xi, 15),
                muT = Rotate(so ^ xo, 56);
            Vector256<ulong> saT = Rotate(bi ^ xi, 62), seT = Rotate(go ^ xo, 55),
                siT = Rotate(ku ^ xu, 39), soT = Rotate(ma ^ xa, 41),
                suT = Rotate(se ^ xe, 2);

            ba = Step(baT, beT, biT) ^ Vector256.Create(constant);
            (be, bi) = (Step(beT, biT, boT), Step(biT, boT, buT));
            (bo, bu) = (Step(boT, buT, baT), Step(buT, baT, beT));
            (ga, ge, gi) = (Step(gaT, geT, giT), Step(geT, giT, goT), Step(giT, goT, guT));
            (go, gu) = (Step(goT, guT, gaT), Step(guT, gaT, geT));
            (ka, ke, ki) = (Step(kaT, keT, kiT), Step(keT, kiT, koT), Step(kiT, koT, kuT));
            (ko, ku) = (Step(koT, kuT, kaT), Step(kuT, kaT, keT));
            (ma, me, mi) = (Step(maT, meT, miT), Step(meT, miT, moT), Step(miT, moT, muT));
            (mo, mu) = (Step(moT, muT, maT), Step(muT, maT, meT));
            (sa, se, si) = (Step(saT, seT, siT), Step(seT, siT, soT), Step(siT, soT, suT));
            (so, su) = (Step(soT, suT, saT), Step(suT, saT, seT));
        }

        // A hash is the first four lanes; the rest is not needed.
        (s[0], s[1], s[2], s[3]) = (ba, be, bi, bo);
    }

    /// <summary>The sum of three, bit by bit.</summary>
    private static Vector256<ulong> Sum(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        a ^ b ^ c;

    /// <summary>a ^ (~b &amp; c).</summary>
    private static Vector256<ulong> Step(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        a ^ Vector256.AndNot(c, b);

    private static Vector256<ulong> Rotate(Vector256<ulong> lanes, int bits) =>
        (lanes << bits) | (lanes >>> (64 - bits));
}
