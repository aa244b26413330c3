using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// DPDK's testpmd on packet sockets: frames from one interface to the other, their MAC addresses rewritten.
/// It polls, so that it is stopped while others are measured.
/// </summary>
internal sealed class TestpmdVariant : PeerVariant
{
    private const string Program = "dpdk-testpmd";

    public override string Name => "testpmd";

    public override string Note =>
        "DPDK on af_packet, without a card it can drive; frames from port to port, no look-up";

    protected override IReadOnlyList<(string Program, string Package)> Needs => [(Program, "dpdk")];

    protected override int SourcesMax => 1024;

    public override StartedVariant Start(Stand stand)
    {
        Topology topology = stand.Topology;
        PeerProcess process = new(
            Name, topology.AtForwarderFreely, "env", $"RUNTIME_DIRECTORY={topology.MakeFolder(Name)}",
            Program, "--no-huge", "-m", "256", "--no-pci", "--no-telemetry",
            $"--file-prefix=conet-{Environment.ProcessId}",
            $"--lcores=0@{Cores.Generator},1@{Cores.Forwarder}",
            $"--vdev=net_af_packet0,iface={topology.InLink}",
            $"--vdev=net_af_packet1,iface={topology.HopLink}",
            "--", "--forward-mode=mac", $"--eth-peer=1,{topology.MacOfSink()}", "--no-mlockall",
            "--auto-start", "--total-num-mbufs=16384", "--stats-period=3600");
        try
        {
            process.WaitForLine("packet forwarding");
            return new Started(this, stand, process);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private sealed class Started : StartedVariant
    {
        private readonly Topology _topology;
        private readonly PeerProcess _process;

        public Started(Variant variant, Stand stand, PeerProcess process)
            : base(variant, stand, stand.StartGenerator(stand.Exit, stand.FromAllSources()))
        {
            _topology = stand.Topology;
            _process = process;
            Parts = [process];
            Processes = [process.Id];
            process.Pause();
        }

        public override void Activate()
        {
            _topology.MergeAtForwarder(isOn: false);
            _process.Resume();
        }

        public override void Deactivate()
        {
            _process.Pause();
            _topology.MergeAtForwarder(isOn: true);
        }
    }
}
