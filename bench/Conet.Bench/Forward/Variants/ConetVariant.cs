using Conet.LoadGen.Tools;
using Conet.Wire.Sockets;

namespace Conet.Bench.Forward.Variants;

/// <summary>Our forwarder on one kind of socket.</summary>
/// <param name="name">The variant's name.</param>
/// <param name="kindName">Of <see cref="CellSocketKind"/>.</param>
internal sealed class ConetVariant(string name, string kindName) : Variant
{
    public override string Name => name;

    public override bool IsMain => kindName == nameof(CellSocketKind.LinuxSegmented);

    public override string? WhyNot(ForwardPlan plan, ForwardLoad load)
    {
        bool works = Enum.TryParse(kindName, out CellSocketKind kind) && CellSocket.IsSupported(kind);
        return works ? null : $"sockets of kind {kindName} do not work here";
    }

    public override StartedVariant Start(Stand stand)
    {
        string[] command = ToolProcess.LoadGen(
            "relay", ["--kind", kindName, "--at", stand.Entry, "--node",
            $"{stand.Topology.NodeAddress}:{stand.NodePort}", "--next", stand.Exit, .. stand.Routes()]);
        return RelayVariant.Start(this, stand, command);
    }
}
