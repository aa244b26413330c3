using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>What does it cost to learn who signed?</summary>
[Question("recover", "signature")]
public class RecoverBench
{
    private readonly SignatureScene _scene = new();

    /// <summary>The signer's address from digest and signature.</summary>
    [Benchmark(Description = "recovered", Baseline = true)]
    public bool Recover() => Wallet.TryRecover(_scene.Digest, _scene.Signature, out _);

    /// <summary>Yes or no, with the public key at hand.</summary>
    [Benchmark(Description = "verified with the public key")]
    public bool Verify() =>
        Wallet.Verify(_scene.Digest, _scene.Signature.AsSpan(0, 64), _scene.PublicKey);

    /// <summary>The other signature of the same key, which the curve alone would accept.</summary>
    [Benchmark(Description = "refused, high s")]
    public bool HighS() => Wallet.TryRecover(_scene.Digest, _scene.HighS, out _);
}
