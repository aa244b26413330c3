using System.Buffers.Binary;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;

namespace Conet.Wire.Tests.Sockets;

/// <summary>The XDP program once more, slow and plain: what becomes of a frame, and why.</summary>
internal sealed class XdpTwin
{
    public const int Pass = 2;
    public const int Tx = 3;
    public const int Redirect = 4;

    public required byte[] Mac { get; init; }

    public required UdpEndpoint Client { get; init; }

    public required ushort NodePort { get; init; }

    public bool IsOn { get; set; }

    public Dictionary<string, uint[]> Routes { get; } = [];

    public Dictionary<uint, Node> Nodes { get; } = [];

    /// <summary>What the system's own routes say of an address.</summary>
    public required Func<uint, Way> Look { get; init; }

    public required int[] Interfaces { get; init; }

    public required int Ingress { get; init; }

    /// <summary>The verdict, the frame then, why it was left, and the hop it is counted under.</summary>
    public (int Verdict, byte[] Frame, XdpPass? Why, int Hop) Decide(byte[] frame)
    {
        if (!IsCell(frame))
            return Leave(frame, XdpPass.NotACell);
        if (!IsOn)
            return Leave(frame, XdpPass.Off);
        byte[] destination = frame[42..62];
        Node? found = null;
        if (Routes.TryGetValue(Convert.ToHexString(destination), out uint[]? homes))
        {
            if (homes.Length == 0)
                return Leave(frame, XdpPass.Kept);
            found = homes.Select(home => Nodes.GetValueOrDefault(home))
                .FirstOrDefault(node => node is not null);
            if (found is null)
                return Leave(frame, XdpPass.Unreachable);
            if (found.Endpoint is null)
                return Leave(frame, XdpPass.Kept);
        }
        else
        {
            uint id = BinaryPrimitives.ReadUInt32BigEndian(destination);
            if (id is 0 or >= XdpForwarder.NodeIdsMax)
                return Leave(frame, XdpPass.Unknown);
            if (!Nodes.TryGetValue(id, out found))
                return Leave(frame, XdpPass.Unreachable);
            if (found.Endpoint is null || !found.OfAddresses)
                return Leave(frame, XdpPass.Kept);
        }

        Way way = Look(found.Endpoint.Value.IPv4);
        if (way.Interface == 0)
            return Leave(frame, XdpPass.NoNeighbour);
        if (!Interfaces.Contains(way.Interface))
            return Leave(frame, XdpPass.OtherInterface);
        int verdict = way.Interface == Ingress ? Tx : Redirect;
        return (verdict, Rewrite(frame, found.Endpoint.Value, way), null, found.Hop);
    }

    /// <summary>The ones' complement checksum of an IPv4 header, over all of it.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int at = 0; at < header.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>The sum of the pseudo header, as a sender leaves it to its interface.</summary>
    public static ushort PseudoSum(ReadOnlySpan<byte> frame)
    {
        byte[] pseudo = [.. frame[26..34], 0, 17, .. frame[38..40]];
        return (ushort)~Checksum(pseudo);
    }

    private static ushort Moved(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        int old = BinaryPrimitives.ReadUInt16BigEndian(before[40..]);
        if (old == 0 || old == PseudoSum(before))
            return 0;
        int change = 0;
        for (int at = 26; at < 38; at += 2)
        {
            change += BinaryPrimitives.ReadUInt16BigEndian(after[at..]);
            change -= BinaryPrimitives.ReadUInt16BigEndian(before[at..]);
        }

        // Ones' complement is arithmetic modulo 65 535, and no checksum is written as 65 535.
        int sum = ((65_535 - old + change) % 65_535 + 65_535) % 65_535;
        return (ushort)(65_535 - sum);
    }

    private static (int, byte[], XdpPass?, int) Leave(byte[] frame, XdpPass why) => (Pass, frame, why, -1);

    private bool IsCell(byte[] frame) =>
        frame.Length == 1202
        && frame.AsSpan(0, 6).SequenceEqual(Mac)
        && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)) == 0x0800
        && frame[14] == 0x45
        && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(16)) == 1188
        && (BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(20)) & 0xBFFF) == 0
        && frame[23] == 17
        && Checksum(frame.AsSpan(14, 20)) == 0
        && BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(30)) == Client.IPv4
        && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(36)) == Client.Port
        && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(38)) == 1168;

    private byte[] Rewrite(byte[] frame, in UdpEndpoint to, in Way way)
    {
        byte[] sent = [.. frame];
        way.Target.CopyTo(sent, 0);
        way.Source.CopyTo(sent, 6);
        Span<byte> ip = sent.AsSpan(14, 20);
        ip.Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], 1188);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], 0x4000);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], Client.IPv4);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], to.IPv4);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip));
        Span<byte> udp = sent.AsSpan(34, 8);
        BinaryPrimitives.WriteUInt16BigEndian(udp, NodePort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], Moved(frame, sent));
        return sent;
    }

    /// <summary>A reachable node; without an endpoint it is left to the socket path.</summary>
    public sealed record Node(UdpEndpoint? Endpoint, int Hop, bool OfAddresses);

    /// <summary>Where the system sends; interface 0 is nowhere.</summary>
    public readonly record struct Way(int Interface, byte[] Source, byte[] Target);
}
