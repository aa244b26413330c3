using Conet.LoadGen.Tools;
using Conet.Wire;

namespace Conet.Bench.Forward.Variants;

/// <summary>
/// Our forwarder with its XDP program on both links. The program is attached while it is measured, and the
/// generator's system writes checksums then, as what comes from a network has them.
/// </summary>
internal sealed class XdpVariant : Variant
{
    public override string Name => "conet-xdp";

    public override string Note => "forwards in the driver what the maps know";

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load)
    {
        if (plan.Model == LinkModel.Loopback)
            return "it needs namespaces";
        return load.Hops <= Limits.NextHopsMax ? null : $"it counts at most {Limits.NextHopsMax} hops";
    }

    public override StartedVariant Start(Stand stand)
    {
        Topology topology = stand.Topology;
        string[] command = ToolProcess.LoadGen(
            "relay", ["--at", stand.Entry, "--node", $"{topology.NodeAddress}:{stand.NodePort}", "--next",
            stand.Exit, "--xdp", $"{topology.InLink},{topology.HopLink}", .. stand.Routes()]);
        ToolProcess relay = new(Name, topology.AtForwarder(command));
        try
        {
            ToolProcess generator = stand.StartGenerator(stand.Entry, stand.FromAllSources());
            return new Started(this, stand, generator, relay) { Parts = [relay], Processes = [relay.Id] };
        }
        catch
        {
            relay.Dispose();
            throw;
        }
    }

    private sealed class Started(XdpVariant variant, Stand stand, ToolProcess generator, ToolProcess relay)
        : StartedVariant(variant, stand, generator)
    {
        private readonly Topology _topology = stand.Topology;

        public override void Activate()
        {
            _topology.SumAtGenerator(isOn: true);
            relay.Ask<RelayReport>("attach");
        }

        public override void Deactivate()
        {
            relay.Ask<RelayReport>("detach");
            _topology.SumAtGenerator(isOn: false);
        }

        public override RelayReport Take() => relay.Ask<RelayReport>("take");
    }
}
