using System.Globalization;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>socat, one way.</summary>
internal sealed class SocatVariant : PeerVariant
{
    public override string Name => "socat";

    public override string Note => "one fixed next hop, no look-up, nothing back";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [("socat", "socat")];

    protected override bool NeedsNamespaces => false;

    protected override int SourcesMax => 1024;

    public override StartedVariant Start(Stand stand)
    {
        string port = stand.Port.ToString(CultureInfo.InvariantCulture);
        string from = $"UDP4-RECV:{port},bind={stand.Topology.ForwarderAddress}";
        return StartRelay(stand, ["socat", "-u", "-b", "65536", from, $"UDP4-SENDTO:{stand.Exit}"]);
    }
}
