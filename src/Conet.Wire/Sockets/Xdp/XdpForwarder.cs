using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Conet.Wire.Forwarding;
using static Conet.Wire.Sockets.LinuxAbi;

namespace Conet.Wire.Sockets;

/// <summary>
/// Forwards cells in the driver: an XDP program on each interface, and the maps that tell it where to. Begins
/// switched off. Whatever the maps do not say goes to the socket path unchanged. The programs
/// are attached until <see cref="Dispose"/> or the end of the process, whichever way it ends. Methods that
/// change routes: one thread at a time; all others: any thread. Source: docs/decisions/0006.
/// </summary>
public sealed class XdpForwarder : IXdpMaps, IDisposable
{
    /// <summary>Node ids are below this to be forwarded to; the registry gives them from 1 up.</summary>
    public const uint NodeIdsMax = 1u << XdpLayout.NodeIdBits;

    /// <summary>
    /// The homes of an address that is left to the socket path, although it may lie under a node.
    /// </summary>
    public const ulong Kept = 0;

    // The kernel lets only programs under such a licence look its routes up; the text is its own list's.
    private static readonly byte[] _license = "Dual MIT/GPL\0"u8.ToArray();

    private readonly XdpOptions _options;
    private readonly ulong[] _secret = new ulong[XdpLayout.CheckWords];
    private readonly List<int> _programs = [];
    private readonly List<XdpAttachment> _attachments = [];
    private readonly BpfArray _nodes;
    private readonly BpfArray _counters;
    private readonly int _routes;
    private readonly int _processors = LinuxBpf.Processors;
    private readonly int _stride;
    private byte[] _values = [];
    private bool _isDisposed;

    private XdpForwarder(XdpOptions options)
    {
        _options = options;
        _stride = XdpLayout.FirstHopCounter + options.HopsMax;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_secret.AsSpan()));
        _nodes = new BpfArray("conet_nodes", (int)NodeIdsMax);
        try
        {
            _counters = new BpfArray("conet_counters", _processors * _stride);
            _routes = LinuxBpf.CreateMap(
                "conet_routes", LinuxBpf.MapTypeHash, XdpLayout.RouteKeySize, XdpLayout.RouteValueSize,
                options.RoutesMax, LinuxBpf.NoPreallocation);
            if (_routes < 0)
                throw Refusal("map conet_routes", -_routes);
        }
        catch
        {
            _counters?.Dispose();
            _nodes.Dispose();
            throw;
        }
    }

    /// <summary>Where the program is attached, and how.</summary>
    public IReadOnlyList<XdpAttachment> Attachments => _attachments;

    /// <summary>Whether the program forwards; off, it leaves every packet to the socket path.</summary>
    public bool IsOn
    {
        get => _nodes[0] != 0;
        set => _nodes[0] = value ? 1ul : 0;
    }

    /// <summary>Addresses the program can know.</summary>
    public int RoutesMax => _options.RoutesMax;

    /// <summary>Cells it handed to a driver.</summary>
    public ulong Forwarded => Sum(XdpLayout.ForwardedCounter);

    /// <summary>Loads and attaches the program.</summary>
    /// <exception cref="XdpException">It cannot be; nothing is attached.</exception>
    public static XdpForwarder Open(XdpOptions options)
    {
        XdpForwarder xdp = Create(options);
        try
        {
            xdp.Attach();
            return xdp;
        }
        catch
        {
            xdp.Dispose();
            throw;
        }
    }

    /// <summary>The homes of an address as the program reads them, in the route's order.</summary>
    /// <param name="first">Node id, not 0.</param>
    /// <param name="second">Node id or 0.</param>
    /// <param name="third">Node id or 0.</param>
    /// <returns><see cref="Kept"/> if one of them is too large.</returns>
    public static ulong Homes(uint first, uint second, uint third) =>
        first is 0 || (first | second | third) >= NodeIdsMax
            ? Kept
            : first | ((ulong)second << XdpLayout.NodeIdBits) | ((ulong)third << (2 * XdpLayout.NodeIdBits));

    /// <summary>Packets left to the socket path for a reason.</summary>
    public ulong Passed(XdpPass reason) => Sum((int)reason);

    /// <summary>Cells it handed to a driver for a hop.</summary>
    public ulong HopCells(int hop) => Sum(XdpLayout.FirstHopCounter + hop);

    /// <summary>
    /// Sends cells for a node to an endpoint from now on; if that is no IPv4 endpoint, or no node id the
    /// program can hold, they are left to the socket path.
    /// </summary>
    /// <param name="nodeId">Not 0.</param>
    /// <param name="endpoint">One that answered a probe.</param>
    /// <param name="hop">The number it is counted under.</param>
    /// <param name="ofAddresses">Whether addresses under the node go there too, or routes alone.</param>
    public void SetNode(uint nodeId, in UdpEndpoint endpoint, int hop, bool ofAddresses)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nodeId);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)hop, (uint)_options.HopsMax, nameof(hop));
        if (nodeId >= NodeIdsMax)
            return;
        if (!endpoint.IsIPv4)
            KeepNode(nodeId);
        else
            _nodes[(int)nodeId] = XdpLayout.Node(
                endpoint, hop, ofAddresses ? XdpLayout.StateForward : XdpLayout.StateRoutesOnly);
    }

    /// <summary>Leaves cells whose first reachable home is this node to the socket path.</summary>
    public void KeepNode(uint nodeId)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nodeId);
        if (nodeId < NodeIdsMax)
            _nodes[(int)nodeId] = (ulong)XdpLayout.StateKeep << XdpLayout.StateShift;
    }

    /// <summary>The node is not reachable: a route's next home is taken.</summary>
    public void ClearNode(uint nodeId)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nodeId);
        if (nodeId < NodeIdsMax)
            _nodes[(int)nodeId] = 0;
    }

    /// <summary>
    /// Sets the homes of addresses. False if the kernel took only some of them: it has no memory, or the map
    /// is full.
    /// </summary>
    /// <param name="addresses">20 bytes each.</param>
    /// <param name="homes">For each, what <see cref="Homes"/> gave, or <see cref="Kept"/>.</param>
    public bool TrySetRoutes(ReadOnlySpan<byte> addresses, ReadOnlySpan<ulong> homes)
    {
        if (addresses.Length != homes.Length * XdpLayout.RouteKeySize)
            throw new ArgumentException("An address has 20 bytes.", nameof(addresses));
        if (homes.IsEmpty)
            return true;
        int bytes = homes.Length * XdpLayout.RouteValueSize;
        if (_values.Length < bytes)
            _values = new byte[bytes];
        for (int index = 0; index < homes.Length; index++)
        {
            Span<byte> value = _values.AsSpan(index * XdpLayout.RouteValueSize, XdpLayout.RouteValueSize);
            ReadOnlySpan<byte> address = addresses.Slice(
                index * XdpLayout.RouteKeySize, XdpLayout.RouteKeySize);
            BinaryPrimitives.WriteUInt64LittleEndian(value, homes[index]);
            BinaryPrimitives.WriteUInt64LittleEndian(
                value[8..], XdpLayout.Check(address, homes[index], _secret));
        }

        int count = homes.Length;
        ReadOnlySpan<byte> values = _values.AsSpan(0, bytes);
        return count == 1
            ? LinuxBpf.Update(_routes, addresses, values) == 0
            : LinuxBpf.Update(_routes, addresses, values, ref count) == 0 && count == homes.Length;
    }

    /// <summary>Takes an address out of the map; one that was not there is no fault.</summary>
    /// <returns>False if the kernel refused, and it may still be there.</returns>
    public bool TryRemoveRoute(ReadOnlySpan<byte> address) =>
        LinuxBpf.Delete(_routes, address) is 0 or -LinuxBpf.ENOENT;

    /// <summary>Detaches the program.</summary>
    public void Dispose()
    {
        Detach();
        if (!_isDisposed)
            LinuxCalls.Close(_routes);
        _isDisposed = true;
        _nodes.Dispose();
        _counters.Dispose();
    }

    /// <summary>Attaches the program to every interface.</summary>
    /// <exception cref="XdpException">It cannot be attached to one of them.</exception>
    internal void Attach()
    {
        if (_options.Interfaces.Count is < 1 or > Limits.XdpInterfacesMax)
            throw new XdpException($"xdp: 1 to {Limits.XdpInterfacesMax} interfaces can be named");
        int[] indexes = [.. _options.Interfaces.Select(IndexOf)];
        LoopbackForwarding.Require();
        for (int number = 0; number < indexes.Length; number++)
            Attach(_options.Interfaces[number], indexes[number], indexes);
    }

    /// <summary>Takes the program off again; the maps stay.</summary>
    internal void Detach()
    {
        // Last in, first out: a link before its program.
        for (int index = _programs.Count - 1; index >= 0; index--)
            LinuxCalls.Close(_programs[index]);
        _programs.Clear();
        _attachments.Clear();
    }

    internal int RoutesDescriptor => _routes;

    /// <summary>Makes the maps; attaches nothing.</summary>
    internal static XdpForwarder Create(XdpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!LinuxBpf.IsKnown)
            throw new XdpException("xdp: only Linux on x64 and arm64 can do it");
        if (!options.Client.IsIPv4 || options.Client.IsUnspecified)
            throw new XdpException(
                "xdp: the node must listen at one IPv4 address, not at a wildcard or an IPv6 one");
        if (options.HopsMax is < 1 or > Limits.NextHopsMax)
            throw new ArgumentOutOfRangeException(nameof(options), "HopsMax");
        return new XdpForwarder(options);
    }

    /// <summary>Loads the program for an interface; the descriptor is closed with this object.</summary>
    internal int Load(ReadOnlySpan<byte> mac, IReadOnlyList<int> interfaces)
    {
        byte[] code = XdpProgram.Assemble(new XdpProgramOptions
        {
            Mac = mac.ToArray(),
            OwnAddress = _options.Client.IPv4,
            ClientPort = _options.Client.Port,
            NodePort = _options.NodePort,
            Interfaces = interfaces,
            RoutesMap = _routes,
            NodesMap = _nodes.Descriptor,
            CountersMap = _counters.Descriptor,
            CounterStride = _stride,
            Secret = _secret,
        });
        int program = LinuxBpf.LoadProgram("conet_forward", code, _license, default);
        if (program < 0)
        {
            byte[] log = new byte[Limits.XdpVerifierLogBytes];
            program = LinuxBpf.LoadProgram("conet_forward", code, _license, log);
            if (program < 0)
                throw Refusal("the program", -program, LastLines(log));
        }

        _programs.Add(program);
        return program;
    }

    internal static XdpException Refusal(string what, int error, string detail = "")
    {
        string reason = error switch
        {
            EPERM or EACCES => "not permitted: CAP_BPF and CAP_NET_ADMIN are needed",
            LinuxBpf.ENOSYS => "this kernel has no bpf system call",
            ENOMEM => "the kernel has no memory for it",
            _ => $"error {error}: {Marshal.GetPInvokeErrorMessage(error)}",
        };
        return new XdpException($"xdp: {what}: {reason}{(detail.Length == 0 ? "" : "; ")}{detail}");
    }

    private static int IndexOf(string name)
    {
        int index = LinuxBpf.InterfaceIndex(name);
        return index > 0 ? index : throw new XdpException($"xdp: there is no interface {name}");
    }

    private static string LastLines(ReadOnlySpan<byte> log)
    {
        int end = log.IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(end < 0 ? log : log[..end]);
        return string.Join(" | ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "A descriptor, closed by Dispose.")]
    private void Attach(string name, int index, IReadOnlyList<int> interfaces)
    {
        Span<byte> mac = stackalloc byte[6];
        if (!LinuxBpf.TryGetMac(name, mac))
            throw new XdpException($"xdp: {name} is not an Ethernet interface");
        int program = Load(mac, interfaces);
        int link = LinuxBpf.Attach(program, index, LinuxBpf.NativeMode);
        bool isNative = link >= 0;
        if (!isNative && -link is not (EPERM or LinuxBpf.EBUSY or LinuxBpf.EEXIST or LinuxBpf.ENODEV))
            link = LinuxBpf.Attach(program, index, LinuxBpf.GenericMode);
        if (-link is LinuxBpf.EBUSY or LinuxBpf.EEXIST)
            throw new XdpException($"xdp: {name} has another XDP program already; detach that first");
        if (link < 0)
            throw Refusal($"interface {name}", -link);
        _programs.Add(link);
        _attachments.Add(new XdpAttachment(name, isNative));
    }

    private ulong Sum(int counter)
    {
        ulong sum = 0;
        for (int processor = 0; processor < _processors; processor++)
            sum += _counters[(processor * _stride) + counter];
        return sum;
    }
}
