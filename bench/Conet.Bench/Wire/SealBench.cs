using BenchmarkDotNet.Attributes;
using Conet.Wire.Cells;

namespace Conet.Bench.Wire;

/// <summary>What does a sender pay for a first-contact cell?</summary>
[Question("seal", "cell")]
public class SealBench
{
    private readonly SealScene _scene = new();
    private readonly byte[] _cell = new byte[CellLayout.Size];

    /// <summary>With the wallet's signature.</summary>
    [Benchmark(Description = "signed", Baseline = true)]
    public bool Signed() => _scene.Seal(signed: true, _cell);

    /// <summary>Without one.</summary>
    [Benchmark(Description = "anonymous")]
    public bool Anonymous() => _scene.Seal(signed: false, _cell);
}
