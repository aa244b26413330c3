using System.Globalization;
using System.Runtime.InteropServices;

namespace Conet.Bench.Forward;

/// <summary>
/// Three network namespaces in a row, the forwarder in the middle; or, without them, the loopback interface.
/// Everything lies inside namespaces that it makes and removes itself.
/// <code>
///   A generator  10.7.0.1 --- 10.7.0.2  R forwarder  10.6.0.1 --- 10.6.0.2  C sink
///   sources 10.8.0.0/16                                          hops 10.9.0.0/16
///               10.5.0.1 -------------------------------------- 10.5.0.2
/// </code>
/// The lower link passes the forwarder by and carries nothing but the measurement of the harness itself.
/// </summary>
internal sealed class Topology : IDisposable
{
    private const int RealTimePriority = 10;
    private const int ThreadStepMs = 50;
    private const int ThreadStepsMax = 60;

    private static readonly PosixSignal[] _endings =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    private readonly LinkModel _model;
    private readonly string _a;
    private readonly string _r;
    private readonly string _c;

    // Unique, because the kernel names its threads after interfaces and not after namespaces.
    private readonly string _in;
    private readonly string _out;
    private readonly string _direct;

    private readonly Lazy<DirectoryInfo> _folder =
        new(() => Directory.CreateTempSubdirectory("conet-bench-forward-"));

    private readonly List<PosixSignalRegistration> _signals = [];
    private IReadOnlyList<int>? _receiveThreads;
    private IReadOnlyList<int>? _sinkThreads;

    /// <summary>Makes it.</summary>
    /// <exception cref="ForwardException">The system refuses; what was made is removed again.</exception>
    public Topology(LinkModel model)
    {
        _model = model;
        string mark = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        (_a, _r, _c) = ($"conet-a-{mark}", $"conet-r-{mark}", $"conet-c-{mark}");
        (_in, _out, _direct) = ($"r{mark}", $"c{mark}", $"d{mark}");
        if (model == LinkModel.Loopback)
            return;
        foreach (PosixSignal signal in _endings)
            _signals.Add(PosixSignalRegistration.Create(signal, _ => Remove()));
        try
        {
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether this user may make namespaces, and the tools are there.</summary>
    public static bool IsPossible =>
        OperatingSystem.IsLinux()
        && Environment.IsPrivilegedProcess
        && Shell.Try("ip", "-V").ExitCode == 0
        && Shell.Try("ethtool", "--version").ExitCode == 0
        && Shell.Try("taskset", "--version").ExitCode == 0
        && Shell.Try("chrt", "--version").ExitCode == 0;

    /// <summary>An empty folder that is removed with the topology.</summary>
    /// <param name="name">Unique.</param>
    public string MakeFolder(string name) => _folder.Value.CreateSubdirectory(name).FullName;

    private bool MergesAtForwarder => _model is LinkModel.Nic or LinkModel.Queue;

    private bool IsLoopback => _model == LinkModel.Loopback;

    public string ForwarderAddress => IsLoopback ? "127.0.0.1" : "10.7.0.2";

    public string NodeAddress => IsLoopback ? "127.0.0.1" : "10.6.0.1";

    public string FirstSource => IsLoopback ? "127.8.0.1" : "10.8.0.1";

    /// <summary>The forwarder's interface towards the generator.</summary>
    public string InLink => _in;

    /// <summary>The forwarder's interface towards the sink.</summary>
    public string HopLink => $"h{_in}";

    public string FirstHop => IsLoopback ? "127.9.0.0" : "10.9.0.0";

    /// <summary>A command as the generator's side runs it.</summary>
    public string[] AtGenerator(params string[] command) =>
        Place(_a, Cores.Generator, realTime: false, command);

    /// <summary>A command as the forwarder's side runs it.</summary>
    public string[] AtForwarder(params string[] command) =>
        Place(_r, Cores.Forwarder, realTime: false, command);

    /// <summary>
    /// A command as the sink's side runs it: before the generator where they share a core, or latencies would
    /// be the scheduler's.
    /// </summary>
    public string[] AtSink(params string[] command) => Place(_c, Cores.Sink, realTime: true, command);

    /// <summary>The same without precedence.</summary>
    public string[] AtSinkCalmly(params string[] command) =>
        Place(_c, Cores.Sink, realTime: false, command);

    /// <summary>Lets the kernel forward by itself, or stops it.</summary>
    /// <param name="isOn">Whether it forwards.</param>
    /// <param name="mergesDatagrams">Whether it merges what it forwards (UDP GRO forwarding).</param>
    public void ForwardInKernel(bool isOn, bool mergesDatagrams)
    {
        In(_r, "sysctl", "-qw", $"net.ipv4.ip_forward={(isOn ? 1 : 0)}");
        In(_r, "ethtool", "-K", _in, "rx-udp-gro-forwarding", mergesDatagrams ? "on" : "off");
    }

    /// <summary>Lets the kernel forward between the ends of a tunnel at the forwarder.</summary>
    /// <param name="link">The tunnel's interface.</param>
    public void ForwardInKernelOf(string link) =>
        In(_r, "sysctl", "-qw", $"net.ipv4.conf.{link}.forwarding=1");

    /// <summary>Lets the generator's system write checksums itself, or leave them to its interface.</summary>
    public void SumAtGenerator(bool isOn) =>
        In(_a, "ethtool", "-K", $"a{_in}", "tx", isOn ? "off" : "on");

    /// <summary>Joins generator and sink past the forwarder, or stops it.</summary>
    public void JoinDirectly(bool isOn)
    {
        if (!IsLoopback)
            Link(_a, "route", "replace", "10.9.0.0/16", "via", isOn ? "10.5.0.2" : "10.7.0.2");
    }

    /// <summary>Process ids of the kernel's threads that receive for the forwarder.</summary>
    public IReadOnlyList<int> ReceiveThreads() => _receiveThreads ??= ThreadsOf(_in);

    /// <summary>Those that receive for the sink.</summary>
    public IReadOnlyList<int> SinkThreads() => _sinkThreads ??= ThreadsOf(_out);

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        Remove();
    }

    private static void In(string name, params string[] command) =>
        Shell.Run(["ip", "netns", "exec", name, .. command]);

    private static void Link(string name, params string[] command) =>
        Shell.Run(["ip", "-n", name, .. command]);

    private static IReadOnlyList<int> ThreadsOf(string link)
    {
        List<int> threads = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id))
                continue;
            try
            {
                string name = File.ReadAllText(Path.Combine(folder, "comm"));
                if (name.StartsWith($"napi/{link}-", StringComparison.Ordinal))
                    threads.Add(id);
            }
            catch (IOException)
            {
                // Ended meanwhile.
            }
        }

        return threads;
    }

    /// <summary>This process's own, so that what forwards and what receives for it stand alike.</summary>
    private static string Niceness() => File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ')[17];

    /// <summary>A busy system takes a moment to make them.</summary>
    /// <exception cref="ForwardException">
    /// There are none, so that what they do could be neither pinned nor counted.
    /// </exception>
    private static IReadOnlyList<int> AwaitThreadsOf(string link)
    {
        for (int step = 0; step < ThreadStepsMax; step++)
        {
            if (ThreadsOf(link) is { Count: > 0 } threads)
                return threads;
            Thread.Sleep(ThreadStepMs);
        }

        throw new ForwardException($"the kernel has no receive thread for {link}");
    }

    private void Remove()
    {
        if (_folder.IsValueCreated)
            _folder.Value.Delete(recursive: true);
        if (IsLoopback)
            return;
        foreach (string name in (string[])[_a, _r, _c])
            Shell.Try("ip", "netns", "del", name);
    }

    private string[] Place(string name, int core, bool realTime, string[] command)
    {
        string cpu = core.ToString(CultureInfo.InvariantCulture);
        string[] pinned = OperatingSystem.IsLinux() ? ["taskset", "-c", cpu, .. command] : command;
        if (IsLoopback)
            return pinned;
        string priority = RealTimePriority.ToString(CultureInfo.InvariantCulture);
        string[] urgent = realTime ? ["chrt", "-f", priority, .. pinned] : pinned;
        return ["ip", "netns", "exec", name, .. urgent];
    }

    private void Make()
    {
        string sender = $"a{_in}";
        string hop = HopLink;
        string past = $"p{_in}";
        foreach (string name in (string[])[_a, _r, _c])
        {
            Shell.Run("ip", "netns", "add", name);
            Link(name, "link", "set", "lo", "up");
            In(name, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0");
        }

        Shell.Run("ip", "link", "add", sender, "netns", _a, "type", "veth", "peer", "name", _in, "netns", _r);
        Shell.Run("ip", "link", "add", hop, "netns", _r, "type", "veth", "peer", "name", _out, "netns", _c);
        Shell.Run(
            "ip", "link", "add", past, "netns", _a, "type", "veth", "peer", "name", _direct, "netns", _c);
        Address(_a, sender, "10.7.0.1/24");
        Address(_a, past, "10.5.0.1/24");
        Address(_c, _direct, "10.5.0.2/24");
        Address(_r, _in, "10.7.0.2/24");
        Address(_r, hop, "10.6.0.1/24");
        Address(_c, _out, "10.6.0.2/24");
        Link(_a, "route", "add", "local", "10.8.0.0/16", "dev", "lo");
        Link(_a, "route", "add", "default", "via", "10.7.0.2");
        Link(_r, "route", "add", "10.8.0.0/16", "via", "10.7.0.1");
        Link(_r, "route", "add", "10.9.0.0/16", "via", "10.6.0.2");
        Link(_c, "route", "add", "local", "10.9.0.0/16", "dev", "lo");
        Link(_c, "route", "add", "default", "via", "10.6.0.1");
        foreach (string link in (string[])[sender, past])
            In(_a, "ethtool", "-K", link, "tso", "off", "tx-udp-segmentation", "off");

        // Without TSO, veth queues what is sent for the receiving side's thread, and does not hand it to that
        // side's stack at once. UDP trains stay uncut; that is another feature.
        if (_model == LinkModel.Queue)
            In(_r, "ethtool", "-K", hop, "tso", "off");
        Receive(_r, _in, Cores.Forwarder, merges: MergesAtForwarder, realTime: false);
        Receive(_c, _out, Cores.Sink, merges: true, realTime: true);
        Receive(_c, _direct, Cores.Forwarder, merges: MergesAtForwarder, realTime: false);
    }

    private static void Address(string name, string link, string address)
    {
        Link(name, "addr", "add", address, "dev", link);
        Link(name, "link", "set", link, "up");
    }

    /// <summary>
    /// Receives in a thread of its own on a given core, or, unmerged, in that core's interrupt.
    /// </summary>
    private static void Receive(string name, string link, int core, bool merges, bool realTime)
    {
        string cpu = core.ToString(CultureInfo.InvariantCulture);
        if (!merges)
        {
            string mask = (1L << core).ToString("x", CultureInfo.InvariantCulture);
            In(name, "ethtool", "-K", link, "gro", "off");
            In(name, "sh", "-c", $"echo {mask} > /sys/class/net/{link}/queues/rx-0/rps_cpus");
            return;
        }

        In(name, "ethtool", "-K", link, "gro", "on");
        In(name, "sh", "-c", $"echo 1 > /sys/class/net/{link}/threaded");
        foreach (int thread in AwaitThreadsOf(link))
        {
            string id = thread.ToString(CultureInfo.InvariantCulture);
            Shell.Run("renice", "-n", Niceness(), "-p", id);
            Shell.Run("taskset", "-pc", cpu, id);
            if (realTime)
                Shell.Run("chrt", "-f", "-p", $"{RealTimePriority}", id);
        }
    }
}
