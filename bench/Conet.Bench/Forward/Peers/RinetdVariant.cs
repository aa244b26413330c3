using System.Globalization;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>rinetd, a redirector of ports.</summary>
internal sealed class RinetdVariant : PeerVariant
{
    public override string Name => "rinetd";

    public override string Note => "one fixed next hop, no look-up";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [("rinetd", "rinetd")];

    protected override bool NeedsNamespaces => false;

    protected override int SourcesMax => 1024;

    public override StartedVariant Start(Stand stand)
    {
        string file = Path.Combine(stand.Topology.MakeFolder(Name), "rinetd.conf");
        string port = stand.Port.ToString(CultureInfo.InvariantCulture);
        string hearPort = Stand.HearPort.ToString(CultureInfo.InvariantCulture);
        Topology topology = stand.Topology;
        string rule = $"{topology.ForwarderAddress} {port}/udp {topology.FirstHop} {hearPort}/udp";
        File.WriteAllText(file, $"{rule}\n");
        return StartRelay(stand, ["rinetd", "-f", "-c", file]);
    }
}
