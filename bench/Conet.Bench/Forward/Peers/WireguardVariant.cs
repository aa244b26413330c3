using System.Globalization;
using System.Net;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// wireguard-go: the ends each have a tunnel to the middle node, which decrypts, forwards between two peers
/// of one interface, and encrypts.
/// </summary>
internal sealed class WireguardVariant : OverlayVariant
{
    private const string FromAddress = "10.4.0.1";
    private const string RelayAddress = "10.4.0.2";
    private const string ToAddress = "10.4.0.3";
    private const string RelayLink = "wg-relay";
    private const int KeyBytes = 32;

    public override string Name => "wireguard-go";

    protected override IReadOnlyList<(string Program, string Package)> Needs =>
        [("wireguard-go", "wireguard-go"), ("wg", "wireguard-tools")];

    protected override (IPAddress SinkAddress, PeerProcess Relay) StartNodes(
        Stand stand, List<IDisposable> parts)
    {
        Topology topology = stand.Topology;
        string folder = topology.MakeFolder(Name);
        Keys from = MakeKeys(folder, "from");
        Keys relay = MakeKeys(folder, "relay");
        Keys to = MakeKeys(folder, "to");
        Node relayNode = new(RelayLink, RelayAddress, relay, $"ListenPort = {Text(stand.Port)}");
        PeerProcess process = StartNode(
            relayNode, folder, topology.AtForwarder, parts,
            Section(from, $"{FromAddress}/32", null), Section(to, $"{ToAddress}/32", null));
        StartNode(
            new Node("wg-from", FromAddress, from, ""), folder, topology.AtGenerator, parts,
            Section(relay, "10.4.0.0/24", $"{topology.ForwarderAddress}:{Text(stand.Port)}"));
        StartNode(
            new Node("wg-to", ToAddress, to, ""), folder, topology.AtSinkCalmly, parts,
            Section(relay, "10.4.0.0/24", $"{topology.NodeAddress}:{Text(stand.Port)}"));
        return (IPAddress.Parse(ToAddress), process);
    }

    /// <summary>What turns forwarding off for all turns it off here too.</summary>
    protected override void Activate(Topology topology) => topology.ForwardInKernelOf(RelayLink);

    private PeerProcess StartNode(
        Node node,
        string folder,
        Func<string[], string[]> place,
        List<IDisposable> parts,
        params string[] peers)
    {
        PeerProcess process = new(Name, place, "wireguard-go", "-f", node.Link);
        parts.Add(process);
        string file = Path.Combine(folder, $"{node.Link}.conf");
        string own = $"[Interface]\nPrivateKey = {node.Keys.Private}\n{node.Extra}\n";
        File.WriteAllText(file, own + string.Concat(peers));
        process.WaitUntil(() => Shell.Try(place(["wg", "show", node.Link])).ExitCode == 0, "its interface");
        Shell.Run(place(["wg", "setconf", node.Link, file]));
        Shell.Run(place(["ip", "addr", "add", $"{node.Address}/24", "dev", node.Link]));
        Shell.Run(place(["ip", "link", "set", node.Link, "up"]));
        return process;
    }

    /// <summary>The end that sends begins the handshake; the other one keeps its tunnel open.</summary>
    private static string Section(Keys keys, string allowed, string? endpoint)
    {
        string where = endpoint is null ? "" : $"Endpoint = {endpoint}\nPersistentKeepalive = 1\n";
        return $"[Peer]\nPublicKey = {keys.Public}\nAllowedIPs = {allowed}\n{where}";
    }

    private static Keys MakeKeys(string folder, string node)
    {
        byte[] secret = System.Security.Cryptography.RandomNumberGenerator.GetBytes(KeyBytes);
        string file = Path.Combine(folder, $"{node}.key");
        File.WriteAllText(file, Convert.ToBase64String(secret));
        (int exitCode, string text) = Shell.Try("sh", "-c", $"wg pubkey < {file}");
        return exitCode == 0
            ? new Keys(Convert.ToBase64String(secret), text.Trim())
            : throw new ForwardException($"wg makes no key: {text.Trim()}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Keys(string Private, string Public);

    private readonly record struct Node(string Link, string Address, Keys Keys, string Extra);
}
