using System.Globalization;

namespace Conet.Bench.Forward.Variants;

/// <summary>Where a variant is started.</summary>
/// <param name="Topology">The namespaces, or the loopback interface.</param>
/// <param name="Plan">What is measured.</param>
/// <param name="Load">Under which load.</param>
/// <param name="Sink">The sink that all share.</param>
/// <param name="Index">Different for every variant.</param>
internal sealed record Stand(
    Topology Topology, ForwardPlan Plan, ForwardLoad Load, ToolProcess Sink, int Index)
{
    /// <summary>Where the sink listens, at every next hop's address.</summary>
    public const int HearPort = 15_999;

    private const int FirstPort = 15_001;
    private const int FirstNodePort = 14_000;
    private const int FirstOwnHearPort = 16_001;

    /// <summary>The port that the variant's forwarder receives at.</summary>
    public int Port => FirstPort + Index;

    /// <summary>A second port of its own.</summary>
    public int NodePort => FirstNodePort + Index;

    /// <summary>Where a sink of its own may listen.</summary>
    public int OwnHearPort => FirstOwnHearPort + Index;

    /// <summary>Where cells go that the forwarder receives.</summary>
    public string Entry => $"{Topology.ForwarderAddress}:{Port}";

    /// <summary>Next hop 0.</summary>
    public string Exit => $"{Topology.FirstHop}:{HearPort}";

    /// <summary>Starts a generator.</summary>
    /// <param name="to">Where it sends to.</param>
    /// <param name="extra">More of its options.</param>
    public ToolProcess StartGenerator(string to, params string[] extra) =>
        new("generator", Topology.AtGenerator(ToolProcess.LoadGen(
            "send", ["--to", to, "--train", Text(Load.Train), .. Routes(), .. extra])));

    /// <summary>A generator's options that make it send from the load's addresses.</summary>
    public string[] FromAllSources() => ["--sources", Text(Load.Sources), "--from", Topology.FirstSource];

    /// <summary>What generator, forwarder and sink have to agree on.</summary>
    public string[] Routes() => ["--routes", Text(Plan.Routes), "--hops", Text(Load.Hops)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
