using System.Numerics;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>A wallet, a digest and its signature.</summary>
internal sealed class SignatureScene
{
    private static readonly BigInteger _order = BigInteger.Parse(
        "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
        System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Signs a fixed digest.</summary>
    public SignatureScene()
    {
        Keccak256.Hash("conet/bench"u8, Digest);
        Wallet.Sign(Digest, Signature);
        Wallet.GetPublicKey(PublicKey);
        HighS = [.. Signature];
        BigInteger s = new(Signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        byte[] highS = (_order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        HighS.AsSpan(32, 32).Clear();
        highS.CopyTo(HighS, 64 - highS.Length);
        HighS[64] ^= 7; // 27 (0x1B) and 28 (0x1C) change places
    }

    public Wallet Wallet { get; } = Wallet.Create();

    public byte[] Digest { get; } = new byte[Keccak256.Size];

    public byte[] Signature { get; } = new byte[Wallet.SignatureSize];

    public byte[] PublicKey { get; } = new byte[Wallet.PublicKeySize];

    /// <summary>The other signature of the same key and digest, which must be refused.</summary>
    public byte[] HighS { get; }
}
