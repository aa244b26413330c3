using BenchmarkDotNet.Attributes;
using Conet.Wire.Addresses;

namespace Conet.Bench.Wire;

/// <summary>What does the hash of Ethereum cost?</summary>
[Question("keccak", "hash", AllocatesNothing = true, UsesVectors = true)]
public class KeccakBench
{
    private readonly byte[] _input = new byte[1024];
    private readonly byte[] _hash = new byte[Keccak256.Size];

    /// <summary>A public key: one block.</summary>
    [Benchmark(Description = "64 bytes", Baseline = true)]
    public byte PublicKey() => Hash(64);

    /// <summary>The fields of an envelope's signature: three blocks.</summary>
    [Benchmark(Description = "288 bytes")]
    public byte TypedData() => Hash(288);

    /// <summary>About a body: eight blocks.</summary>
    [Benchmark(Description = "1024 bytes")]
    public byte Body() => Hash(1024);

    private byte Hash(int bytes)
    {
        Keccak256.Hash(_input.AsSpan(0, bytes), _hash);
        return _hash[0];
    }
}
