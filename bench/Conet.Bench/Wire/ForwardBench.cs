using BenchmarkDotNet.Attributes;
using Conet.Wire.Forwarding;

namespace Conet.Bench.Wire;

/// <summary>What does the engine cost per cell, without the kernel: look-up, rules, buckets?</summary>
[Question("forward", "cell", AllocatesNothing = true, UsesRoutes = true)]
public class ForwardBench
{
    private ForwardScene _scene = null!;

    /// <summary>All cells to one next hop.</summary>
    [GlobalSetup(Target = nameof(OneHop))]
    public void SetupOneHop() => _scene = new ForwardScene(1, CellMix.Routed, CellRole.ClientPort);

    /// <summary>16 next hops.</summary>
    [GlobalSetup(Target = nameof(SixteenHops))]
    public void SetupSixteenHops() => _scene = new ForwardScene(16, CellMix.Routed, CellRole.ClientPort);

    /// <summary>256 next hops.</summary>
    [GlobalSetup(Target = nameof(ManyHops))]
    public void SetupManyHops() => _scene = new ForwardScene(256, CellMix.Routed, CellRole.ClientPort);

    /// <summary>Clients attached to this node.</summary>
    [GlobalSetup(Target = nameof(Delivered))]
    public void SetupDelivered() => _scene = new ForwardScene(1, CellMix.Local, CellRole.NodePort);

    /// <summary>Destinations that nobody has.</summary>
    [GlobalSetup(Target = nameof(Unknown))]
    public void SetupUnknown() => _scene = new ForwardScene(1, CellMix.Unknown, CellRole.ClientPort);

    /// <summary>Cells of another node for addressees of a third.</summary>
    [GlobalSetup(Target = nameof(Crossed))]
    public void SetupCrossed() => _scene = new ForwardScene(1, CellMix.Routed, CellRole.NodePort);

    /// <summary>Frees the batches.</summary>
    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    /// <summary>A full batch, one bucket.</summary>
    [Benchmark(Description = "1 hop", OperationsPerInvoke = ForwardScene.BatchCells, Baseline = true)]
    public int OneHop() => Forward();

    /// <summary>A full batch, 16 buckets.</summary>
    [Benchmark(Description = "16 hops", OperationsPerInvoke = ForwardScene.BatchCells)]
    public int SixteenHops() => Forward();

    /// <summary>A full batch, 256 buckets.</summary>
    [Benchmark(Description = "256 hops", OperationsPerInvoke = ForwardScene.BatchCells)]
    public int ManyHops() => Forward();

    /// <summary>A full batch for 10 000 attached clients.</summary>
    [Benchmark(Description = "delivered to 10 000 clients", OperationsPerInvoke = ForwardScene.BatchCells)]
    public int Delivered() => Forward();

    /// <summary>A full batch that is dropped.</summary>
    [Benchmark(Description = "dropped, unknown destination", OperationsPerInvoke = ForwardScene.BatchCells)]
    public int Unknown() => Forward();

    /// <summary>A full batch that is dropped.</summary>
    [Benchmark(Description = "dropped, crossed route", OperationsPerInvoke = ForwardScene.BatchCells)]
    public int Crossed() => Forward();

    private int Forward()
    {
        _scene.Forward();
        return _scene.Leaving;
    }
}
