using System.Numerics;
using Conet.Fuzz.Core;
using Conet.Wire.Addresses;
using static Conet.Fuzz.Core.FuzzOracleException;

namespace Conet.Fuzz.Targets;

/// <summary>Recovery of the signer. The input is a digest (32 bytes) and a signature (65).</summary>
internal sealed class SignatureTarget : IFuzzTarget
{
    private const int Size = 97;

    private static readonly BigInteger _order = BigInteger.Parse(
        "115792089237316195423570985008687907852837564279074904382605163141518161494337");

    private static readonly byte[][] _genuine = [Sign(1), Sign(2)];

    public string Name => "signature";

    public string Summary => "Wallet.TryRecover: only ranges that EIP-2 allows, only the genuine signer";

    public int InputBytesMax => 128;

    public int UsualBytes => Size;

    public IEnumerable<byte[]> Seeds => _genuine;

    public IEnumerable<byte[]> Tokens =>
    [
        Word(_order), Word(_order - 1), Word(_order + 1), Word(_order / 2), Word((_order / 2) + 1), Word(0),
        Word(1),
    ];

    public bool Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 32)
            return false;
        bool isRecovered = Wallet.TryRecover(input[..32], input[32..], out Address signer);
        if (!isRecovered)
            return false;
        Check(input.Length == Size, "a signature of another length was accepted");
        BigInteger r = new(input[32..64], isUnsigned: true, isBigEndian: true);
        BigInteger s = new(input[64..96], isUnsigned: true, isBigEndian: true);
        Check(r > 0 && r < _order && s > 0 && s <= _order / 2, "r or s is out of range");
        Check(input[96] is 27 or 28, "v is neither 27 nor 28");
        bool isGenuine = false;
        foreach (byte[] genuine in _genuine)
            isGenuine |= input.SequenceEqual(genuine);
        Check(
            isGenuine == (signer == Samples.Sender.Address),
            "a forgery names the wallet, or its own does not");
        return true;
    }

    public bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (input.Length != Size)
            return false;
        Span<byte> bytes = input.Bytes;
        switch (random.Below(3))
        {
            case 0:
                random.Pick((byte[][])[.. Tokens]).CopyTo(bytes.Slice(random.OneIn(2) ? 32 : 64, 32));
                break;
            case 1:
                BigInteger s = new(bytes[64..96], isUnsigned: true, isBigEndian: true);
                Word(BigInteger.Abs(_order - s)).CopyTo(bytes[64..]);
                break;
            default:
                bytes[96] ^= (byte)(27 ^ 28);
                break;
        }

        return true;
    }

    private static byte[] Sign(byte seed)
    {
        byte[] input = new byte[Size];
        Samples.Pattern(32, seed).CopyTo(input, 0);
        Samples.Sender.Sign(input.AsSpan(0, 32), input.AsSpan(32));
        return input;
    }

    private static byte[] Word(BigInteger value)
    {
        byte[] word = new byte[32];
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, 32 - Math.Min(32, bytes.Length));
        return word;
    }
}
