using System.Globalization;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// coturn, a TURN server: the generator allocates, binds a channel to the sink, and sends ChannelData.
/// </summary>
internal sealed class CoturnVariant : PeerVariant
{
    public override string Name => "coturn";

    public override string Note => "a channel that is bound to one next hop; no look-up of cells";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [("turnserver", "coturn")];

    protected override bool NeedsNamespaces => false;

    protected override int SourcesMax => 256;

    public override StartedVariant Start(Stand stand)
    {
        Topology topology = stand.Topology;
        string folder = topology.MakeFolder(Name);
        string port = stand.Port.ToString(CultureInfo.InvariantCulture);
        string[] loopback = stand.Plan.Model == LinkModel.Loopback ? ["--allow-loopback-peers"] : [];
        return StartRelay(
            stand,
            [
                "turnserver", "-n", "--no-auth", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp",
                "--no-tcp-relay", "-m", "1", "-L", topology.ForwarderAddress, "-p", port, "-E",
                topology.NodeAddress, "--log-file", "stdout", "--pidfile", Path.Combine(folder, "pid"),
                "--db", Path.Combine(folder, "db"), .. loopback,
            ],
            "--turn", stand.Exit);
    }
}
