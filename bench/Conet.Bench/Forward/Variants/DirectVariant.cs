namespace Conet.Bench.Forward.Variants;

/// <summary>
/// No forwarder at all: what generator and sink can do. The merging of packets, which a forwarder's core
/// would do, is done there. A forwarder that comes near to it was not measured; the generator was.
/// </summary>
internal sealed class DirectVariant : Variant
{
    public override string Name => "direct";

    public override bool IsMain => true;

    public override string Note => "no forwarder: the most that generator and sink can do";

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load) =>
        load.Hops == 1 ? null : "it looks no cell up, so it has one next hop";

    public override StartedVariant Start(Stand stand) =>
        new Started(this, stand, stand.StartGenerator(stand.Exit, stand.FromAllSources()));

    private sealed class Started(DirectVariant variant, Stand stand, ToolProcess generator)
        : StartedVariant(variant, stand, generator)
    {
        private readonly Topology _topology = stand.Topology;

        public override double CpuSeconds() => 0;

        public override void Activate() => _topology.JoinDirectly(isOn: true);

        public override void Deactivate() => _topology.JoinDirectly(isOn: false);
    }
}
