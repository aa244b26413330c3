using System.Buffers.Binary;
using System.Globalization;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Microsoft.Win32.SafeHandles;
using Xunit.Abstractions;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// The real program in the kernel's test run, against <see cref="XdpTwin"/>: random tables, random frames.
/// </summary>
public sealed class XdpProgramTests(ITestOutputHelper output)
{
    private const uint Own = 0x0A4D0001;
    private const int Rounds = 12;
    private const int FramesPerRound = 2_000;

    private static readonly byte[] _mac = [0x02, 0x10, 0x20, 0xA0, 0xB0, 0xC0];
    private static readonly UdpEndpoint _client = UdpEndpoint.FromIPv4(Own, 4100);
    private static readonly XdpOptions _options = new()
    {
        Interfaces = [],
        Client = _client,
        NodePort = 4101,
        RoutesMax = 1000,
        HopsMax = 64,
    };

    [SkippableFact]
    public void The_program_decides_as_its_slow_twin_and_writes_the_same_bytes()
    {
        NetNamespace.Require();
        int seed = int.TryParse(
            Environment.GetEnvironmentVariable("CONET_SEED"), CultureInfo.InvariantCulture, out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"CONET_SEED={seed}");
        Random random = new(seed);
        using NetNamespace space = new("twin");
        Ways ways = Ways.Make(space);
        Dictionary<string, int> seen = [];
        for (int round = 0; round < Rounds; round++)
        {
            bool isOn = round % 10 != 0;
            space.Run(() => Compare(ways, isOn, random, seen, $"seed {seed}"));
        }

        output.WriteLine(string.Join(", ", seen.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.All(
            new[] { "forwarded 3", "forwarded 4", "NotACell", "Off", "Kept", "Unknown", "Unreachable",
                "NoNeighbour", "OtherInterface" },
            kind => Assert.True(seen.GetValueOrDefault(kind) > 20, $"too few of {kind}"));
    }

    [SkippableFact]
    public void An_entry_whose_check_is_not_its_own_is_left_to_the_socket_path()
    {
        NetNamespace.Require();
        using NetNamespace space = new("torn");
        Ways ways = Ways.Make(space);
        space.Run(() =>
        {
            // Another process's secret: what a reader sees of an entry that is being replaced.
            using XdpForwarder other = XdpForwarder.Create(_options), xdp = XdpForwarder.Create(_options);
            int program = xdp.Load(_mac, ways.Attached);
            xdp.IsOn = true;
            byte[] address = [.. Enumerable.Repeat((byte)7, 20)];
            xdp.SetNode(5, ways.Endpoints[0], 1, true);
            Assert.True(xdp.TrySetRoutes(address, [XdpForwarder.Homes(5, 0, 0)]));
            UdpEndpoint source = UdpEndpoint.FromIPv4(0x0A4D0063, 99);
            byte[] frame = XdpFrames.Cell(_mac, source, _client, address, new Random(1));
            byte[] result = new byte[frame.Length];
            Assert.Equal(XdpTwin.Redirect, LinuxBpf.TestRun(program, frame, 0, result, out _));
            byte[] value = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(value, XdpForwarder.Homes(5, 0, 0));
            BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(8), 12345);
            Assert.Equal(0, LinuxBpf.Update(xdp.RoutesDescriptor, address, value));
            Assert.Equal(XdpTwin.Pass, LinuxBpf.TestRun(program, frame, 0, result, out _));
            Assert.Equal(frame, result);
            Assert.Equal(1ul, xdp.Passed(XdpPass.Torn));
        });
    }

    private static void Compare(
        Ways ways, bool isOn, Random random, Dictionary<string, int> seen, string seed)
    {
        using XdpForwarder xdp = XdpForwarder.Create(_options);
        int program = xdp.Load(_mac, ways.Attached);
        int link = LinuxBpf.Attach(program, ways.Attached[0], LinuxBpf.NativeMode);
        Assert.True(link > 0, $"attached: {link}");
        using SafeFileHandle attached = new(link, ownsHandle: true);
        XdpTwin twin = new()
        {
            Mac = _mac,
            Client = _client,
            NodePort = _options.NodePort,
            Look = ways.Of,
            Interfaces = ways.Attached,
            Ingress = ways.Attached[0],
            IsOn = isOn,
        };
        xdp.IsOn = twin.IsOn;
        uint[] ids = [.. Enumerable.Range(0, 20).Select(_ => (uint)random.Next(1, 40)), 0xFFFFF];
        List<byte[]> addresses = Fill(xdp, twin, ways, ids, random);
        byte[] result = new byte[4096];
        int forwarded = 0;
        for (int number = 0; number < FramesPerRound; number++)
        {
            if (number % 50 == 0)
                Change(xdp, twin, ways, ids, addresses, random);
            UdpEndpoint source = UdpEndpoint.FromIPv4((uint)random.Next(), (ushort)random.Next(1 << 16));
            byte[] frame = XdpFrames.Cell(_mac, source, _client, Destination(addresses, ids, random), random);
            if (random.Next(4) == 0)
                frame = XdpFrames.Spoil(frame, random);
            (int verdict, byte[] bytes, XdpPass? why, int hop) = twin.Decide(frame);
            ulong before = why is null ? xdp.HopCells(hop) : xdp.Passed(why.Value);
            int decided = LinuxBpf.TestRun(program, frame, twin.Ingress, result, out int length);
            string where = $"{seed}, frame {number}: {why}";
            Assert.True(verdict == decided, $"{where}: {verdict} expected, {decided} got");
            Assert.True(bytes.AsSpan().SequenceEqual(result.AsSpan(0, length)), $"{where}: other bytes");
            ulong after = why is null ? xdp.HopCells(hop) : xdp.Passed(why.Value);

            // The program is attached, so that what the system itself sends to the link is counted as well.
            bool isCounted = why is XdpPass.NotACell ? after > before : after == before + 1;
            Assert.True(isCounted, $"{where}: not counted");
            bool wasRight = why is null && CheckOf(frame) == XdpFrames.UdpChecksum(frame);
            Assert.True(
                !wasRight || CheckOf(bytes) is 0 || CheckOf(bytes) == XdpFrames.UdpChecksum(bytes),
                $"{where}: a wrong checksum");
            forwarded += why is null ? 1 : 0;
            string kind = why?.ToString() ?? $"forwarded {verdict}";
            seen[kind] = seen.GetValueOrDefault(kind) + 1;
        }

        Assert.Equal((ulong)forwarded, xdp.Forwarded);
    }

    private static ushort CheckOf(byte[] frame) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(40));

    private static List<byte[]> Fill(
        XdpForwarder xdp, XdpTwin twin, Ways ways, uint[] ids, Random random)
    {
        foreach (uint id in ids.Take(14))
            SetNode(xdp, twin, ways, id, random);
        List<byte[]> addresses = [];
        for (int count = 0; count < 100; count++)
            addresses.Add(SetRoute(xdp, twin, Fresh(ids, random), ids, random));
        return addresses;
    }

    private static void Change(
        XdpForwarder xdp, XdpTwin twin, Ways ways, uint[] ids, List<byte[]> addresses, Random random)
    {
        uint id = ids[random.Next(ids.Length)];
        byte[] address = addresses[random.Next(addresses.Count)];
        switch (random.Next(5))
        {
            case 0:
                SetNode(xdp, twin, ways, id, random);
                break;
            case 1:
                xdp.ClearNode(id);
                twin.Nodes.Remove(id);
                break;
            case 2:
                Assert.True(xdp.TryRemoveRoute(address));
                twin.Routes.Remove(Convert.ToHexString(address));
                break;
            case 3:
                SetRoute(xdp, twin, address, ids, random);
                break;
            default:
                addresses.Add(SetRoute(xdp, twin, Fresh(ids, random), ids, random));
                break;
        }
    }

    private static void SetNode(XdpForwarder xdp, XdpTwin twin, Ways ways, uint id, Random random)
    {
        UdpEndpoint endpoint = ways.Endpoints[random.Next(ways.Endpoints.Length)];
        int hop = random.Next(_options.HopsMax);
        bool ofAddresses = random.Next(4) != 0;
        xdp.SetNode(id, endpoint, hop, ofAddresses);
        twin.Nodes[id] = new XdpTwin.Node(endpoint.IsIPv4 ? endpoint : null, hop, ofAddresses);
        if (random.Next(6) != 0)
            return;
        xdp.KeepNode(id);
        twin.Nodes[id] = new XdpTwin.Node(null, 0, false);
    }

    private static byte[] SetRoute(XdpForwarder xdp, XdpTwin twin, byte[] address, uint[] ids, Random random)
    {
        uint[] homes = [.. Enumerable.Range(0, random.Next(4)).Select(_ => ids[random.Next(ids.Length)])];
        ulong word = homes.Length == 0
            ? XdpForwarder.Kept
            : XdpForwarder.Homes(homes[0], homes.ElementAtOrDefault(1), homes.ElementAtOrDefault(2));
        Assert.True(xdp.TrySetRoutes(address, [word]));
        twin.Routes[Convert.ToHexString(address)] = homes;
        return address;
    }

    private static byte[] Fresh(uint[] ids, Random random)
    {
        byte[] address = new byte[20];
        random.NextBytes(address);
        if (random.Next(3) == 0)
            BinaryPrimitives.WriteUInt32BigEndian(address, ids[random.Next(ids.Length)]);
        return address;
    }

    private static byte[] Destination(List<byte[]> addresses, uint[] ids, Random random)
    {
        byte[] destination = [.. addresses[random.Next(addresses.Count)]];
        switch (random.Next(8))
        {
            case 0:
                destination[random.Next(20)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 or 2:
                BinaryPrimitives.WriteUInt32BigEndian(destination, ids[random.Next(ids.Length)]);
                break;
            case 3:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)random.Next(2) << 20);
                break;
        }

        return destination;
    }

    /// <summary>Interfaces and routes of the namespace, as they were made.</summary>
    private sealed record Ways(int[] Attached, UdpEndpoint[] Endpoints, Func<uint, XdpTwin.Way> Of)
    {
        private static readonly byte[] _oneMac = [2, 1, 1, 1, 1, 1];
        private static readonly byte[] _otherMac = [2, 2, 2, 2, 2, 2];

        public static Ways Make(NetNamespace space)
        {
            NetNamespace.Join(space, "one", space, "one-end");
            NetNamespace.Join(space, "other", space, "other-end");
            NetNamespace.Join(space, "third", space, "third-end");
            space.Ip("link", "set", "one", "address", "02:01:01:01:01:01");
            space.Ip("link", "set", "other", "address", "02:02:02:02:02:02");
            space.Ip("link", "set", "third", "address", "02:03:03:03:03:03");
            space.Ip("addr", "add", "10.77.0.1/24", "dev", "one");
            space.Ip("addr", "add", "10.78.0.1/24", "dev", "other");
            space.Ip("addr", "add", "10.79.0.1/24", "dev", "third");
            space.Ip("route", "add", "10.77.0.40", "dev", "one", "mtu", "lock", "1000");
            space.Ip("route", "add", "10.80.0.0/24", "via", "10.77.0.2");
            space.Ip("route", "add", "unreachable", "10.81.0.0/24");
            Neighbour(space, "10.77.0.2", "one", "0a:00:00:00:00:02");
            Neighbour(space, "10.77.0.3", "one", "0a:00:00:00:00:03");
            Neighbour(space, "10.77.0.40", "one", "0a:00:00:00:00:40");
            Neighbour(space, "10.78.0.2", "other", "0a:00:00:00:00:12");
            Neighbour(space, "10.79.0.2", "third", "0a:00:00:00:00:22");
            space.Exec("sysctl", "-qw", "net.ipv4.conf.lo.forwarding=1");
            int one = space.Run(() => LinuxBpf.InterfaceIndex("one"));
            int other = space.Run(() => LinuxBpf.InterfaceIndex("other"));
            int third = space.Run(() => LinuxBpf.InterfaceIndex("third"));
            string[] endpoints =
            [
                "10.77.0.2:5001", "10.77.0.3:65535", "10.80.0.9:5002", "10.78.0.2:5003", "10.79.0.2:5004",
                "10.77.0.40:5005", "10.77.0.200:5006", "10.81.0.1:5007", "203.0.113.1:5008",
                "[2001:db8::1]:5009",
            ];
            return new Ways(
                [one, other],
                [.. endpoints.Select(text => UdpEndpoint.TryParse(text, out UdpEndpoint to) ? to : default)],
                address => Look(address, one, other, third));
        }

        private static void Neighbour(NetNamespace space, string address, string device, string mac) =>
            space.Ip("neigh", "add", address, "lladdr", mac, "dev", device, "nud", "permanent");

        private static XdpTwin.Way Look(uint address, int one, int other, int third) => address switch
        {
            0x0A4D0002 or 0x0A500009 => new(one, _oneMac, [0x0A, 0, 0, 0, 0, 2]),
            0x0A4D0003 => new(one, _oneMac, [0x0A, 0, 0, 0, 0, 3]),
            0x0A4E0002 => new(other, _otherMac, [0x0A, 0, 0, 0, 0, 0x12]),
            0x0A4F0002 => new(third, _otherMac, [0x0A, 0, 0, 0, 0, 0x22]),
            _ => default,
        };
    }
}
