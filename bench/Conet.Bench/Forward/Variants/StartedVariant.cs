using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward.Variants;

/// <summary>
/// A variant that stands ready, with a generator of its own. Others stand beside it, and one is measured at
/// a time: what would disturb the others is done in <see cref="Activate"/> and undone in
/// <see cref="Deactivate"/>.
/// </summary>
internal class StartedVariant : IDisposable
{
    private readonly Variant _variant;
    private readonly Topology _topology;

    /// <summary>Takes a variant's processes over; the sink stays the caller's.</summary>
    public StartedVariant(Variant variant, Stand stand, ToolProcess generator)
    {
        _variant = variant;
        _topology = stand.Topology;
        Generator = generator;
        Sink = stand.Sink;
    }

    public string Name => _variant.Name;

    public string? Note => _variant.Note;

    public bool IsPeer => _variant.IsPeer;

    public ToolProcess Generator { get; }

    /// <summary>Who hears its cells.</summary>
    public ToolProcess Sink { get; protected init; }

    /// <summary>What it is made of, to be ended with it.</summary>
    public IReadOnlyList<IDisposable> Parts { get; init; } = [];

    /// <summary>The processes that forward; their time counts.</summary>
    public IReadOnlyList<int> Processes { get; init; } = [];

    /// <summary>
    /// Seconds of its core that it used since it began, the kernel's receive thread included.
    /// </summary>
    public virtual double CpuSeconds() => CpuTime.Of(_topology.ReceiveThreads().Concat(Processes));

    /// <summary>Time of what loads it and hears it.</summary>
    public HarnessTime HarnessSeconds() =>
        new(CpuTime.Of([Generator.Id]), CpuTime.Of(_topology.SinkThreads().Append(Sink.Id)));

    /// <summary>Makes the system do what this variant needs.</summary>
    public virtual void Activate()
    {
    }

    /// <summary>Makes the system as it was.</summary>
    public virtual void Deactivate()
    {
    }

    /// <summary>What our forwarder counted since the last call; null for others.</summary>
    public virtual RelayReport? Take() => null;

    public void Dispose()
    {
        Generator.Dispose();
        foreach (IDisposable part in Parts)
            part.Dispose();
    }
}
