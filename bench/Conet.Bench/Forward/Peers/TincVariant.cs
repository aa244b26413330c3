using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// tinc 1.0: the ends know only the middle node (IndirectData), which decrypts, looks the subnet up, and
/// encrypts.
/// </summary>
internal sealed class TincVariant : OverlayVariant
{
    private const string FromAddress = "10.3.0.1";
    private const string ToAddress = "10.3.0.3";
    private const int KeyBits = 2048;

    public override string Name => "tinc";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [("tincd", "tinc")];

    protected override (IPAddress SinkAddress, PeerProcess Relay) StartNodes(
        Stand stand, List<IDisposable> parts)
    {
        Topology topology = stand.Topology;
        string folder = topology.MakeFolder(Name);
        Node relay = new("relay", "", "", topology.AtForwarder);
        Node from = new("from", FromAddress, topology.ForwarderAddress, topology.AtGenerator);
        Node to = new("to", ToAddress, topology.NodeAddress, topology.AtSinkCalmly);
        Dictionary<string, string> keys = [];
        foreach (Node node in (Node[])[relay, from, to])
            keys.Add(node.Name, WriteOwn(folder, node, stand.Port));
        foreach (Node node in (Node[])[relay, from, to])
        {
            foreach (Node known in (Node[])[relay, from, to])
                WriteHost(folder, node, known, keys[known.Name], stand.Port);
        }

        PeerProcess process = StartNode(folder, relay, parts);
        process.WaitForTcp(stand.Port);
        StartNode(folder, from, parts);
        StartNode(folder, to, parts);
        return (IPAddress.Parse(ToAddress), process);
    }

    private PeerProcess StartNode(string folder, Node node, List<IDisposable> parts)
    {
        string own = Path.Combine(folder, node.Name);
        PeerProcess process = new(
            Name, node.Place, "tincd", "-D", "-c", own, $"--pidfile={Path.Combine(own, "pid")}");
        parts.Add(process);
        return process;
    }

    /// <summary>A node's settings and key; its public key.</summary>
    private static string WriteOwn(string folder, Node node, int port)
    {
        string own = Path.Combine(folder, node.Name);
        Directory.CreateDirectory(Path.Combine(own, "hosts"));
        using RSA key = RSA.Create(KeyBits);
        File.WriteAllText(Path.Combine(own, "rsa_key.priv"), key.ExportRSAPrivateKeyPem() + "\n");
        bool isEnd = node.Address.Length != 0;
        string device = isEnd ? $"Interface = tinc-{node.Name}\nConnectTo = relay\n" : "DeviceType = dummy\n";
        File.WriteAllText(
            Path.Combine(own, "tinc.conf"),
            $"Name = {node.Name}\nAddressFamily = ipv4\nPort = {Text(port)}\n{device}");
        if (isEnd)
        {
            string up = Path.Combine(own, "tinc-up");
            File.WriteAllText(
                up, $"#!/bin/sh\nip addr add {node.Address}/24 dev $INTERFACE\nip link set $INTERFACE up\n");
            Shell.Run("chmod", "700", up);
        }

        return key.ExportRSAPublicKeyPem();
    }

    /// <summary>What one node knows of another.</summary>
    private static void WriteHost(string folder, Node node, Node known, string publicKey, int port)
    {
        string subnet = known.Address.Length == 0 ? "" : $"Subnet = {known.Address}/32\n";
        string where = known.Name == "relay" && node.RelayAddress.Length != 0
            ? $"Address = {node.RelayAddress} {Text(port)}\n"
            : "";
        File.WriteAllText(
            Path.Combine(folder, node.Name, "hosts", known.Name),
            $"{subnet}{where}IndirectData = yes\nPMTUDiscovery = yes\n{publicKey}\n");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Name">Its name in tinc.</param>
    /// <param name="Address">Its address in the overlay; empty for the relay.</param>
    /// <param name="RelayAddress">Where it finds the relay; empty for the relay itself.</param>
    /// <param name="Place">Where it runs.</param>
    private sealed record Node(
        string Name, string Address, string RelayAddress, Func<string[], string[]> Place);
}
