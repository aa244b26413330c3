namespace Conet.Wire.Tests.Addresses;

/// <summary>
/// Keccak-256 written from the reference's definitions, a lane at a time, with its constants computed: the
/// slow twin of the one in use.
/// </summary>
internal static class KeccakTwin
{
    private const int RateBytes = 136;

    public static byte[] Hash(byte[] data)
    {
        int blocks = (data.Length / RateBytes) + 1;
        byte[] padded = new byte[blocks * RateBytes];
        data.CopyTo(padded, 0);
        padded[data.Length] ^= 0x01;
        padded[^1] ^= 0x80;
        ulong[,] state = new ulong[5, 5];
        for (int offset = 0; offset < padded.Length; offset += RateBytes)
        {
            for (int lane = 0; lane < RateBytes / 8; lane++)
                state[lane % 5, lane / 5] ^= BitConverter.ToUInt64(padded, offset + (8 * lane));
            Permute(state);
        }

        byte[] hash = new byte[32];
        for (int i = 0; i < hash.Length; i++)
            hash[i] = (byte)(state[i / 8 % 5, 0] >> (8 * (i % 8)));
        return hash;
    }

    private static void Permute(ulong[,] a)
    {
        byte register = 1;
        for (int round = 0; round < 24; round++)
        {
            Theta(a);
            a = RhoPiChi(a);
            for (int j = 0; j <= 6; j++)
            {
                if ((register & 1) != 0)
                    a[0, 0] ^= 1UL << ((1 << j) - 1);
                register = (byte)((register << 1) ^ ((register >> 7) * 0x71));
            }
        }
    }

    private static void Theta(ulong[,] a)
    {
        ulong[] column = new ulong[5];
        for (int x = 0; x < 5; x++)
            column[x] = a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4];
        for (int x = 0; x < 5; x++)
        {
            for (int y = 0; y < 5; y++)
                a[x, y] ^= column[(x + 4) % 5] ^ Rotate(column[(x + 1) % 5], 1);
        }
    }

    private static ulong[,] RhoPiChi(ulong[,] a)
    {
        ulong[,] b = new ulong[5, 5];
        b[0, 0] = a[0, 0];
        (int x, int y) = (1, 0);
        for (int t = 0; t < 24; t++)
        {
            b[y, ((2 * x) + (3 * y)) % 5] = Rotate(a[x, y], (t + 1) * (t + 2) / 2 % 64);
            (x, y) = (y, ((2 * x) + (3 * y)) % 5);
        }

        for (y = 0; y < 5; y++)
        {
            for (x = 0; x < 5; x++)
                a[x, y] = b[x, y] ^ (~b[(x + 1) % 5, y] & b[(x + 2) % 5, y]);
        }

        return a;
    }

    private static ulong Rotate(ulong value, int bits) =>
        bits == 0 ? value : (value << bits) | (value >> (64 - bits));
}
