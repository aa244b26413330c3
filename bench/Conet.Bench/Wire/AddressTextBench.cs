using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>What do addresses cost as text?</summary>
[Question("address text", "address", UsesVectors = true)]
public class AddressTextBench
{
    private readonly Address _address = new(Convert.FromHexString("5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"));
    private string _lower = "";
    private string _checksummed = "";

    /// <summary>The example of EIP-55.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _lower = _address.ToHex();
        _checksummed = _address.ToString();
    }

    /// <summary>Lower case, which has no checksum.</summary>
    [Benchmark(Description = "parse, lower case", Baseline = true)]
    public bool ParseLower() => Address.TryParseHex(_lower, out _);

    /// <summary>Mixed case, whose checksum is a hash.</summary>
    [Benchmark(Description = "parse, with checksum")]
    public bool ParseChecksummed() => Address.TryParseHex(_checksummed, out _);

    /// <summary>To lower case; a string.</summary>
    [Benchmark(Description = "format, lower case")]
    public string FormatLower() => _address.ToHex();

    /// <summary>To mixed case; a string.</summary>
    [Benchmark(Description = "format, with checksum")]
    public string FormatChecksummed() => _address.ToString();
}
