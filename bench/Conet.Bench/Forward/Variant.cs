using Conet.LoadGen.Tools;
using Conet.Wire.Sockets;

namespace Conet.Bench.Forward;

/// <summary>One way to forward, set up and ready. It takes no core while no cells come.</summary>
internal sealed class Variant : IDisposable
{
    private const int NodePort = 14_000;
    private const int FirstPort = 15_001;
    private const string Kernel = "kernel";
    private const string KernelMerging = "kernel-gro";

    private static readonly string[] _names =
        ["conet-gro", "conet-mmsg", "conet-socket", "c-gro", "c-mmsg", Kernel, KernelMerging];

    private readonly Topology _topology;
    private readonly ToolProcess? _forwarder;
    private readonly bool _isOurs;

    private Variant(string name, ForwardPlan plan, Topology topology, int sources, int hops)
    {
        Name = name;
        _topology = topology;
        _isOurs = name.StartsWith("conet-", StringComparison.Ordinal);
        int port = FirstPort + Array.IndexOf(_names, name);
        string to = IsKernel ? $"{topology.FirstHop}:{HearPort}" : $"{topology.ForwarderAddress}:{port}";
        _forwarder = IsKernel
            ? null
            : new ToolProcess(name, topology.AtForwarder(Command(name, plan, topology, port, hops)));
        try
        {
            Generator = new ToolProcess("generator", topology.AtGenerator(ToolProcess.LoadGen(
                "send", "--to", to, "--sources", $"{sources}", "--from", topology.FirstSource,
                "--train", $"{ForwardPlan.TrainOf(sources)}", "--routes", $"{plan.Routes}",
                "--hops", $"{hops}")));
        }
        catch
        {
            _forwarder?.Dispose();
            throw;
        }
    }

    /// <summary>Where the sink listens.</summary>
    public const int HearPort = 15_999;

    public string Name { get; }

    public ToolProcess Generator { get; }

    private bool IsKernel => Name is Kernel or KernelMerging;

    /// <summary>Whether there is a variant of that name.</summary>
    public static bool IsKnown(string name) => _names.Contains(name);

    /// <summary>Sets up the variants of a plan that work here and can have so many next hops.</summary>
    public static List<Variant> Start(
        ForwardPlan plan, Topology topology, int sources, int hops, TextWriter progress)
    {
        List<Variant> variants = [];
        try
        {
            foreach (string name in _names)
            {
                bool isWanted = plan.Variants.Count == 0 || plan.Variants.Contains(name);
                if (!isWanted || WhyNot(name, plan, hops) is { } reason && Say(progress, name, reason))
                    continue;
                progress.WriteLine($"bench: starting {name}");
                variants.Add(new Variant(name, plan, topology, sources, hops));
            }

            return variants;
        }
        catch
        {
            variants.ForEach(variant => variant.Dispose());
            throw;
        }
    }

    /// <summary>Makes the kernel do what this variant needs; the others are idle.</summary>
    public void Activate(LinkModel model)
    {
        if (model != LinkModel.Loopback)
            _topology.ForwardInKernel(IsKernel, Name == KernelMerging);
    }

    /// <summary>
    /// Seconds of its core that it used since it began, the kernel's receive thread included.
    /// </summary>
    public double CpuSeconds()
    {
        IEnumerable<int> processes = _topology.ReceiveThreads();
        return CpuTime.Of(_forwarder is null ? processes : processes.Append(_forwarder.Id));
    }

    /// <summary>What our forwarder counted since the last call; null for others.</summary>
    public RelayReport? Take() => _isOurs ? _forwarder!.Ask<RelayReport>("take") : null;

    public void Dispose()
    {
        Generator.Dispose();
        _forwarder?.Dispose();
    }

    private static bool Say(TextWriter progress, string name, string reason)
    {
        progress.WriteLine($"bench: {name} is left out: {reason}");
        return true;
    }

    private static string? WhyNot(string name, ForwardPlan plan, int hops) => name switch
    {
        Kernel or KernelMerging when plan.Model == LinkModel.Loopback => "it needs namespaces",
        Kernel or KernelMerging when hops != 1 => "it looks nothing up, so it has one next hop",
        "c-gro" or "c-mmsg" when Reference.Path is null => "gcc is not installed",
        "conet-gro" when !CellSocket.IsSupported(CellSocketKind.LinuxSegmented) => "no UDP_GRO here",
        _ => null,
    };

    private static string[] Command(string name, ForwardPlan plan, Topology topology, int port, int hops)
    {
        if (name.StartsWith("c-", StringComparison.Ordinal))
        {
            return
            [
                Reference.Path!, name[2..], topology.ForwarderAddress, $"{port}", topology.FirstHop,
                $"{HearPort}", $"{plan.Routes}", $"{hops}", "1",
            ];
        }

        CellSocketKind kind = name switch
        {
            "conet-gro" => CellSocketKind.LinuxSegmented,
            "conet-mmsg" => CellSocketKind.LinuxBatched,
            _ => CellSocketKind.Portable,
        };
        int nodePort = NodePort + Array.IndexOf(_names, name);
        return ToolProcess.LoadGen(
            "relay", "--kind", $"{kind}", "--at", $"{topology.ForwarderAddress}:{port}", "--node",
            $"{topology.NodeAddress}:{nodePort}", "--next", $"{topology.FirstHop}:{HearPort}", "--routes",
            $"{plan.Routes}", "--hops", $"{hops}");
    }
}
