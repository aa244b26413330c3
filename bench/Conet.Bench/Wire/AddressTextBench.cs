using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>What do addresses cost as text?</summary>
[Question("address text", "address", UsesVectors = true)]
public class AddressTextBench
{
    private const string Example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"; // of EIP-55

    private readonly Address _address;
    private readonly string _checksummed = Example;
    private readonly string _lower = Example.ToLowerInvariant();

    /// <summary>Takes the example of EIP-55.</summary>
    public AddressTextBench()
    {
        if (!Address.TryParseHex(_checksummed, out _address))
            throw new InvalidOperationException("The example of EIP-55 is an address.");
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
