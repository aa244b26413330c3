using System.Net;
using System.Net.Sockets;
using Conet.Wire.Forwarding;
using Conet.Wire.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Conet.Wire.Tests.Sockets;

/// <summary>
/// The program on a real interface: A and C each have a pair of Ethernet interfaces to R; the program runs in
/// R, beside an ordinary socket at the client port.
/// </summary>
public sealed class XdpForwarderTests
{
    private const ushort ClientPort = 4100;
    private const ushort NodePort = 4101;
    private static readonly UdpEndpoint _own = UdpEndpoint.FromIPv4(0x0A090001, ClientPort);
    private static readonly byte[] _wallet = [.. Enumerable.Range(0x80, 20).Select(value => (byte)value)];

    [SkippableFact]
    public void Cells_are_forwarded_in_the_driver_byte_for_byte_and_to_the_right_hop_alone()
    {
        using Network network = Network.Make();
        using Socket first = network.Bind(network.C, 5001), second = network.Bind(network.C, 5002);
        using XdpForwarder xdp = network.Open();
        using Socket path = network.Bind(network.R, ClientPort);
        network.Meet();
        xdp.SetNode(7, network.AtC(5001), 0, true);
        xdp.SetNode(8, network.AtC(5002), 1, true);
        Assert.True(xdp.TrySetRoutes(_wallet, [XdpForwarder.Homes(7, 8, 0)]));

        byte[] cell = network.SendTo(_wallet, 1);
        Assert.Equal(cell, Receive(path));
        xdp.IsOn = true;
        Assert.Equal(network.SendTo(_wallet, 2), Receive(first, out IPEndPoint from));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.9.0.1"), NodePort), from);

        // From here on with a checksum that the receiving system judges; before it was left to the interface.
        network.A.Exec("ethtool", "-K", "a-r", "tx", "off");

        // The route moves, then its first home goes, comes back, and the route goes.
        Assert.True(xdp.TrySetRoutes(_wallet, [XdpForwarder.Homes(8, 7, 0)]));
        Assert.Equal(network.SendTo(_wallet, 3), Receive(second));
        xdp.ClearNode(8);
        Assert.Equal(network.SendTo(_wallet, 4), Receive(first));
        xdp.SetNode(8, network.AtC(5002), 1, true);
        Assert.Equal(network.SendTo(_wallet, 5), Receive(second));
        Assert.True(xdp.TryRemoveRoute(_wallet));
        Assert.Equal(network.SendTo(_wallet, 6), Receive(path));
        byte[] under = [0, 0, 0, 7, .. _wallet[4..]];
        Assert.Equal(network.SendTo(under, 7), Receive(first));
        Assert.True(xdp.TrySetRoutes(under, [XdpForwarder.Kept]));
        Assert.Equal(network.SendTo(under, 8), Receive(path));

        Assert.Equal(5ul, xdp.Forwarded);
        Assert.Equal((3ul, 2ul), (xdp.HopCells(0), xdp.HopCells(1)));
        Assert.Equal((1ul, 1ul, 1ul),
            (xdp.Passed(XdpPass.Off), xdp.Passed(XdpPass.Unknown), xdp.Passed(XdpPass.Kept)));
        Assert.Equal(0, first.Available + second.Available + path.Available);
    }

    [SkippableFact]
    public void Whatever_is_no_cell_to_the_client_port_reaches_the_sockets_as_it_was_sent()
    {
        using Network network = Network.Make();
        using Socket hop = network.Bind(network.C, 5001);
        using XdpForwarder xdp = network.Open();
        using Socket path = network.Bind(network.R, ClientPort), node = network.Bind(network.R, NodePort);
        network.Meet();
        xdp.SetNode(7, network.AtC(5001), 0, true);
        Assert.True(xdp.TrySetRoutes(_wallet, [XdpForwarder.Homes(7, 0, 0)]));
        xdp.IsOn = true;

        foreach (int size in new[] { 0, 1, 20, 1159, 1161, 1400, 2320, 4000 })
            Assert.Equal(network.SendTo(_wallet, size, size: size), Receive(path));
        Assert.Equal(network.SendTo(_wallet, 9, port: NodePort), Receive(node));
        Assert.Equal(network.SendTo(_wallet, 10, timeToLive: 1), Receive(hop));
        Assert.Equal(1ul, xdp.Forwarded);
        using Socket six = network.R.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, 0));
        six.Bind(new IPEndPoint(IPAddress.Parse("fd09::1"), ClientPort));
        Assert.Equal(network.SendTo(_wallet, 11, to: "fd09::1"), Receive(six));

        // No neighbour yet: the program leaves the cell, and the socket path's own cell finds one.
        xdp.SetNode(9, UdpEndpoint.FromIPv4(0x0A0901FE, 5001), 2, true);
        byte[] unresolved = [0, 0, 0, 9, .. _wallet[4..]];
        Assert.Equal(network.SendTo(unresolved, 12), Receive(path));
        Assert.Equal(1ul, xdp.Passed(XdpPass.NoNeighbour));
        Assert.Equal(1ul, xdp.Forwarded);
        Assert.Equal(0, hop.Available);
    }

    [SkippableFact]
    public void A_cell_may_leave_by_the_interface_it_came_in_by()
    {
        using Network network = Network.Make();
        using XdpForwarder xdp = network.Open();
        using Socket back = network.Bind(network.A, 5001);
        using SafeFileHandle program = network.PassAll();
        network.SendTo(_wallet, 0, port: 9);
        xdp.SetNode(7, UdpEndpoint.FromIPv4(0x0A090002, 5001), 0, true);
        xdp.IsOn = true;
        byte[] under = [0, 0, 0, 7, .. _wallet[4..]];
        Assert.Equal(network.SendTo(under, 1), Receive(back));
        Assert.Equal(1ul, xdp.Forwarded);
    }

    [SkippableFact]
    public void A_second_program_is_refused_and_the_end_detaches()
    {
        using Network network = Network.Make();
        XdpForwarder xdp = network.Open();
        Assert.All(xdp.Attachments, at => Assert.True(at.IsNative));
        Assert.Contains("prog/xdp", network.Show(), StringComparison.Ordinal);
        XdpException refused = Assert.Throws<XdpException>(network.Open);
        Assert.Contains("r-a has another XDP program", refused.Message, StringComparison.Ordinal);
        xdp.Dispose();
        Assert.DoesNotContain("prog/xdp", network.Show(), StringComparison.Ordinal);
        network.Open().Dispose();
    }

    [SkippableFact]
    public void Each_hindrance_has_a_message_of_its_own()
    {
        using Network network = Network.Make();
        Assert.Equal("xdp: there is no interface nowhere", Refused(network, "nowhere"));
        Assert.Equal("xdp: lo is not an Ethernet interface", Refused(network, "lo"));
        Assert.StartsWith("xdp: 1 to ", Refused(network), StringComparison.Ordinal);
        Assert.DoesNotContain("prog/xdp", network.Show(), StringComparison.Ordinal);
        Assert.Contains("one IPv4 address", Assert.Throws<XdpException>(() => XdpForwarder.Open(new XdpOptions
        {
            Interfaces = ["r-a"],
            Client = UdpEndpoint.From(IPAddress.Any, ClientPort),
            NodePort = NodePort,
        })).Message, StringComparison.Ordinal);
    }

    private static string Refused(Network network, params string[] interfaces) =>
        Assert.Throws<XdpException>(() => network.Open(interfaces)).Message;

    private static byte[] Receive(Socket socket) => Receive(socket, out _);

    private static byte[] Receive(Socket socket, out IPEndPoint from)
    {
        byte[] bytes = new byte[8192];
        EndPoint source = socket.LocalEndPoint!;
        int length = socket.ReceiveFrom(bytes, ref source);
        from = (IPEndPoint)source;
        return bytes[..length];
    }

    private sealed class Network : IDisposable
    {
        public NetNamespace A { get; } = new("a");

        public NetNamespace R { get; } = new("r");

        public NetNamespace C { get; } = new("c");

        public static Network Make()
        {
            NetNamespace.Require();
            Network network = new();
            NetNamespace.Join(network.A, "a-r", network.R, "r-a");
            NetNamespace.Join(network.C, "c-r", network.R, "r-c");
            network.A.Ip("addr", "add", "10.9.0.2/24", "dev", "a-r");
            network.R.Ip("addr", "add", "10.9.0.1/24", "dev", "r-a");
            network.R.Ip("addr", "add", "10.9.1.1/24", "dev", "r-c");
            network.C.Ip("addr", "add", "10.9.1.2/24", "dev", "c-r");
            network.C.Ip("route", "add", "10.9.0.0/24", "via", "10.9.1.1");
            network.A.Ip("addr", "add", "fd09::2/64", "dev", "a-r", "nodad");
            network.R.Ip("addr", "add", "fd09::1/64", "dev", "r-a", "nodad");

            // A veth transmits what is redirected to it only if its peer has NAPI.
            network.C.Exec("ethtool", "-K", "c-r", "gro", "on");
            network.A.Exec("ethtool", "-K", "a-r", "gro", "on");
            return network;
        }

        public XdpForwarder Open() => Open("r-a", "r-c");

        public XdpForwarder Open(params string[] interfaces) => R.Run(() => XdpForwarder.Open(new XdpOptions
        {
            Interfaces = interfaces,
            Client = _own,
            NodePort = NodePort,
            RoutesMax = 100,
            HopsMax = 16,
        }));

        public UdpEndpoint AtC(ushort port) => UdpEndpoint.FromIPv4(0x0A090102, port);

        /// <summary>
        /// Lets A's interface take what R's sends back: a veth does so only if its peer has a program.
        /// </summary>
        public SafeFileHandle PassAll() => A.Run(() =>
        {
            BpfAssembler code = new();
            code.Operate(BpfOperation.Move, BpfRegister.R0, XdpTwin.Pass);
            code.Exit();
            int program = LinuxBpf.LoadProgram("pass_all", code.Assemble(), "GPL\0"u8, default);
            using SafeFileHandle closed = new(program, ownsHandle: true);
            int link = LinuxBpf.Attach(program, LinuxBpf.InterfaceIndex("a-r"), LinuxBpf.NativeMode);
            Assert.True(link > 0, $"attached: {link}");
            return new SafeFileHandle(link, ownsHandle: true);
        });

        public string Show() => R.Exec("ip", "link", "show");

        /// <summary>R's sockets reach C, so that R knows its hardware address.</summary>
        public void Meet()
        {
            using Socket probe = R.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, 0));
            using Socket answer = Bind(C, 5999);
            probe.SendTo([1], new IPEndPoint(IPAddress.Parse("10.9.1.2"), 5999));
            Receive(answer);
        }

        public Socket Bind(NetNamespace space, ushort port) => space.Run(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, 0) { ReceiveTimeout = 5_000 };
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return socket;
        });

        /// <summary>A sends a datagram that begins with a destination; returns its payload.</summary>
        public byte[] SendTo(
            byte[] destination, int seed, ushort port = ClientPort, int size = 1160, short timeToLive = 64,
            string to = "10.9.0.1")
        {
            byte[] payload = new byte[size];
            new Random(seed).NextBytes(payload);
            destination.AsSpan(0, Math.Min(size, destination.Length)).CopyTo(payload);
            IPAddress address = IPAddress.Parse(to);
            using Socket sender = A.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, 0));
            if (address.AddressFamily == AddressFamily.InterNetwork)
                sender.Ttl = timeToLive;
            sender.SendTo(payload, new IPEndPoint(address, port));
            return payload;
        }

        public void Dispose()
        {
            A.Dispose();
            R.Dispose();
            C.Dispose();
        }
    }
}
