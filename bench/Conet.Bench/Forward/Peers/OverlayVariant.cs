using System.Diagnostics;
using System.Globalization;
using System.Net;
using Conet.Bench.Forward.Variants;
using Conet.LoadGen.Tools;

namespace Conet.Bench.Forward.Peers;

/// <summary>
/// An overlay network of three nodes in a row, of which the middle one's time counts. Cells enter and leave
/// it through tunnel interfaces, so that the sink is one of its own, at the tunnel's address.
/// </summary>
internal abstract class OverlayVariant : PeerVariant
{
    private const double TryRate = 200;
    private const double TrySeconds = 0.2;

    private static readonly TimeSpan _pathTime = TimeSpan.FromSeconds(15);

    public override string Note =>
        "the ends encrypt on the generator's and the sink's cores and may be what limits it: compare the "
        + "cells per CPU second; no look-up of cells";

    public override StartedVariant Start(Stand stand)
    {
        List<IDisposable> parts = [];
        try
        {
            (IPAddress sinkAddress, PeerProcess relay) = StartNodes(stand, parts);
            string port = stand.OwnHearPort.ToString(CultureInfo.InvariantCulture);
            bool isIPv6 = sinkAddress.GetAddressBytes().Length > 4;
            string at = isIPv6 ? $"[::]:{port}" : $"0.0.0.0:{port}";
            ToolProcess sink = new("sink", stand.Topology.AtSink(ToolProcess.LoadGen(
                "hear", ["--at", at, .. stand.Routes()])));
            parts.Add(sink);
            string to = isIPv6 ? $"[{sinkAddress}]:{port}" : $"{sinkAddress}:{port}";
            ToolProcess generator = stand.StartGenerator(to);
            Started started = new(this, stand, generator, sink)
            {
                Parts = parts,
                Processes = [relay.Id],
            };
            try
            {
                Activate(stand.Topology);
                return HasPath(generator, sink)
                    ? started
                    : throw new ForwardException($"no cell came through {Name}");
            }
            catch
            {
                generator.Dispose();
                throw;
            }
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Starts the three nodes; the sink's address in the overlay, and the node in the middle.
    /// </summary>
    /// <param name="stand">Where.</param>
    /// <param name="parts">What was started, to be ended.</param>
    protected abstract (IPAddress SinkAddress, PeerProcess Relay) StartNodes(
        Stand stand, List<IDisposable> parts);

    /// <summary>Makes the system carry its cells, each time that it is measured.</summary>
    protected virtual void Activate(Topology topology)
    {
    }

    /// <summary>
    /// Waits until a cell comes through. An overlay that was idle for a while finds its path anew, which is
    /// not what is measured.
    /// </summary>
    private static bool HasPath(ToolProcess generator, ToolProcess sink)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string order = FormattableString.Invariant($"{TryRate} {TrySeconds} 0");
        while (clock.Elapsed < _pathTime)
        {
            generator.Ask<SendReport>(order);
            if (sink.Ask<HearReport>("take 0").Cells > 0)
                return true;
        }

        return false;
    }

    private sealed class Started : StartedVariant
    {
        private readonly OverlayVariant _variant;
        private readonly Topology _topology;

        public Started(OverlayVariant variant, Stand stand, ToolProcess generator, ToolProcess sink)
            : base(variant, stand, generator)
        {
            _variant = variant;
            _topology = stand.Topology;
            Sink = sink;
        }

        public override void Activate()
        {
            _variant.Activate(_topology);
            HasPath(Generator, Sink);
        }
    }
}
