using BenchmarkDotNet.Attributes;
using Conet.Wire.Sealing;

namespace Conet.Bench.Wire;

/// <summary>What does a recipient pay for a first-contact cell, and for one that is not?</summary>
[Question("open", "cell")]
public class OpenBench
{
    private readonly SealScene _scene = new();
    private readonly byte[] _cell;
    private readonly byte[] _forged;
    private readonly byte[] _lowOrder;

    /// <summary>Seals a cell and alters copies of it.</summary>
    public OpenBench()
    {
        _cell = _scene.Sealed(signed: true);
        _forged = [.. _cell];
        _forged[^1] ^= 1;
        _lowOrder = [.. _cell];
        _lowOrder.AsSpan(FirstContactSeal.EncOffset, FirstContactSeal.EncSize).Clear();
    }

    /// <summary>To the plaintext.</summary>
    [Benchmark(Description = "opened", Baseline = true)]
    public bool Opened() => _scene.Open(_cell);

    /// <summary>To a message that is known to be the sender's.</summary>
    [Benchmark(Description = "opened, parsed, signature checked")]
    public bool Read() => _scene.Read(_cell);

    /// <summary>A cell with one altered bit.</summary>
    [Benchmark(Description = "refused, altered")]
    public bool Forged() => _scene.Open(_forged);

    /// <summary>A cell whose key is a low-order point.</summary>
    [Benchmark(Description = "refused, low-order point")]
    public bool LowOrder() => _scene.Open(_lowOrder);
}
