namespace Conet.Bench.Forward.Variants;

/// <summary>IP forwarding of the kernel.</summary>
/// <param name="name">The variant's name.</param>
/// <param name="merges">Whether it merges datagrams to forward them (UDP GRO forwarding).</param>
internal sealed class KernelVariant(string name, bool merges) : Variant
{
    public override string Name => name;

    public override bool IsMain => true;

    public override string Note => "IP forwarding: looks no cell up, one next hop";

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load)
    {
        if (plan.Model == LinkModel.Loopback)
            return "it needs namespaces";
        return load.Hops == 1 ? null : "it looks no cell up, so it has one next hop";
    }

    public override StartedVariant Start(Stand stand) =>
        new Started(this, stand, stand.StartGenerator(stand.Exit, stand.FromAllSources()), merges);

    private sealed class Started(KernelVariant variant, Stand stand, ToolProcess generator, bool merges)
        : StartedVariant(variant, stand, generator)
    {
        private readonly Topology _topology = stand.Topology;

        public override void Activate() => _topology.ForwardInKernel(isOn: true, merges);

        public override void Deactivate() => _topology.ForwardInKernel(isOn: false, mergesDatagrams: false);
    }
}
