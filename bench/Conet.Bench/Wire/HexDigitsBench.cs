using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>What do vectors of 128 bits bring to the 40 digits of an address?</summary>
[Question("hex digits", "address", AllocatesNothing = true)]
public class HexDigitsBench
{
    private readonly byte[] _bytes = new byte[HexDigits.Bytes];
    private readonly byte[] _hash = new byte[Keccak256.Size];
    private readonly byte[] _ascii = new byte[HexDigits.Digits];
    private readonly char[] _digits = new char[HexDigits.Digits];

    /// <summary>Draws an address.</summary>
    public HexDigitsBench()
    {
        Random random = new(1);
        random.NextBytes(_bytes);
        random.NextBytes(_hash);
        HexDigits.EncodeLowerScalar(_bytes, _ascii);
        for (int digit = 0; digit < _digits.Length; digit++)
            _digits[digit] = (char)_ascii[digit];
    }

    /// <summary>Digits to bytes.</summary>
    [Benchmark(Description = "decode, scalar", Baseline = true)]
    public bool DecodeScalar() => HexDigits.TryDecodeScalar(_digits, _bytes);

    /// <summary>Digits to bytes.</summary>
    [Benchmark(Description = "decode, vector")]
    public bool DecodeVector() => HexDigits.TryDecodeVector(_digits, _bytes);

    /// <summary>Bytes to digits.</summary>
    [Benchmark(Description = "encode, scalar")]
    public void EncodeScalar() => HexDigits.EncodeLowerScalar(_bytes, _ascii);

    /// <summary>Bytes to digits.</summary>
    [Benchmark(Description = "encode, vector")]
    public void EncodeVector() => HexDigits.EncodeLowerVector(_bytes, _ascii);

    /// <summary>Bytes to digits, and the letter case of EIP-55 without its hash.</summary>
    [Benchmark(Description = "encode with checksum, scalar")]
    public void RaiseCaseScalar()
    {
        HexDigits.EncodeLowerScalar(_bytes, _ascii);
        HexDigits.RaiseCaseScalar(_ascii, _hash);
    }

    /// <summary>Bytes to digits, and the letter case of EIP-55 without its hash.</summary>
    [Benchmark(Description = "encode with checksum, vector")]
    public void RaiseCaseVector()
    {
        HexDigits.EncodeLowerVector(_bytes, _ascii);
        HexDigits.RaiseCaseVector(_ascii, _hash);
    }
}
