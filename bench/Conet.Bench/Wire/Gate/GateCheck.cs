namespace Conet.Bench.Wire.Gate;

/// <summary>Something that must not allocate.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Item">What is counted, in the plural.</param>
/// <param name="Operate">Does it at least so many times on this thread; returns how many it were.</param>
/// <param name="Operations">How often it is measured.</param>
/// <param name="Scene">What it works on, or null; the gate disposes it.</param>
internal sealed record GateCheck(
    string Name, string Item, Func<long, long> Operate, long Operations, IDisposable? Scene = null);
