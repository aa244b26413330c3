using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// Yggdrasil: the middle node listens, the ends are its peers; cells are IPv6 through tunnels of 65 535
/// bytes, over TCP.
/// </summary>
internal sealed class YggdrasilVariant : OverlayVariant
{
    private const string Program = "yggdrasil";

    public override string Name => "yggdrasil";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [(Program, "yggdrasil")];

    protected override (IPAddress SinkAddress, PeerProcess Relay) StartNodes(
        Stand stand, List<IDisposable> parts)
    {
        Topology topology = stand.Topology;
        string port = stand.Port.ToString(CultureInfo.InvariantCulture);
        string folder = topology.MakeFolder(Name);
        string relayFile = WriteSettings(folder, "relay", "none", "Listen", $"tcp://0.0.0.0:{port}");
        string toRelay = $"tcp://{topology.ForwarderAddress}:{port}";
        string fromFile = WriteSettings(folder, "from", "ygg-from", "Peers", toRelay);
        toRelay = $"tcp://{topology.NodeAddress}:{port}";
        string toFile = WriteSettings(folder, "to", "ygg-to", "Peers", toRelay);

        PeerProcess relay = StartNode(topology.AtForwarder, relayFile, parts);
        relay.WaitForTcp(stand.Port);
        StartNode(topology.AtGenerator, fromFile, parts);
        StartNode(topology.AtSinkCalmly, toFile, parts);
        (_, string address) = Shell.Try(Program, "-useconffile", toFile, "-address");
        return (IPAddress.Parse(address.Trim()), relay);
    }

    private PeerProcess StartNode(Func<string[], string[]> place, string file, List<IDisposable> parts)
    {
        PeerProcess node = new(Name, place, Program, "-useconffile", file);
        parts.Add(node);
        return node;
    }

    private static string WriteSettings(string folder, string node, string link, string key, string value)
    {
        (int exitCode, string text) = Shell.Try(Program, "-genconf", "-json");
        JsonNode settings = exitCode == 0
            ? JsonNode.Parse(text)!
            : throw new ForwardException($"yggdrasil makes no settings: {text.Trim()}");
        settings["IfName"] = link;
        settings["AdminListen"] = "none";
        settings["MulticastInterfaces"] = new JsonArray();
        settings[key] = new JsonArray(value);
        string file = Path.Combine(folder, $"{node}.conf");
        File.WriteAllText(file, settings.ToJsonString());
        return file;
    }
}
