using BenchmarkDotNet.Attributes;

namespace Conet.Bench.Wire;

/// <summary>What does a wallet's signature cost to make?</summary>
[Question("sign", "signature")]
public class SignBench
{
    private readonly SignatureScene _scene = new();

    /// <summary>RFC 6979, low-S, recoverable.</summary>
    [Benchmark(Description = "secp256k1", Baseline = true)]
    public byte Sign()
    {
        _scene.Wallet.Sign(_scene.Digest, _scene.Signature);
        return _scene.Signature[0];
    }
}
