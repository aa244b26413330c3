using System.Globalization;
using Conet.Wire;

namespace Conet.Simulation.Scaling;

/// <summary>The tables of docs/SCALING.md are what the model says, to the digit.</summary>
public sealed class ScalingPageTests
{
    private const double XdpMicroseconds = 0.7;
    private const double NodeUse = 0.5;
    private const int NodeWorkers = 16;
    private const int NodeFlows = 4_096;

    private static readonly Lazy<string> _page = new(() => File.ReadAllText(Path.Combine(
        FindRoot(), "docs", "SCALING.md")));

    public static TheoryData<string> Tables => ["trains", "skew", "size", "probes"];

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_page_says_what_the_model_says(string table)
    {
        string text = string.Join('\n', table switch
        {
            "trains" => Trains(),
            "skew" => Skew(),
            "size" => Size(),
            _ => Probes(),
        });
        Assert.True(
            _page.Value.Contains($"\n\n{text}\n\n", StringComparison.Ordinal),
            $"docs/SCALING.md should hold this table:\n{text}");
    }

    private static IEnumerable<string> Trains()
    {
        yield return "| nodes | cells a message, batch of 64 | cells/s a core | "
            + "cells a message, batch of 3 584 | cells/s a core |";
        yield return "|---:|---:|---:|---:|---:|";
        foreach (int nodes in new[] { 2, 10, 100, 1_000, 10_000 })
        {
            double single = ScalingModel.TrainCells(Limits.ReceiveDatagramsMax, nodes - 1);
            double trains = ScalingModel.TrainCells(Limits.BatchCellsMax, nodes - 1);
            yield return $"| {Exact(nodes)} | {Fraction(single)} | "
                + $"{Count(1e6 / ScalingModel.CostMicroseconds(1, single))} | {Fraction(trains)} | "
                + $"{Count(1e6 / ScalingModel.CostMicroseconds(Limits.TrainCellsMax, trains))} |";
        }
    }

    private static IEnumerable<string> Skew()
    {
        int[] workers = [2, 8, 16, 64];
        yield return $"| flows | {string.Join(" | ", workers.Select(count => $"{count} workers"))} |";
        yield return "|---:|---:|---:|---:|---:|";
        foreach (int flows in new[] { 64, 256, 1_024, 16_384 })
        {
            yield return $"| {Exact(flows)} | " + string.Join(
                " | ", workers.Select(count => Fraction(ScalingModel.FlowSkew(flows, count)))) + " |";
        }
    }

    private static IEnumerable<string> Size()
    {
        double train = Limits.TrainCellsMax;
        yield return "| how cells travel | µs a forwarding | cells/s a core | "
            + "cores, 10⁶ cells/s | nodes | cores, 10⁹ cells/s | nodes |";
        yield return "|---|---:|---:|---:|---:|---:|---:|";
        yield return Row("full trains everywhere", ScalingModel.CostMicroseconds(train, train));
        yield return Row(
            "clients singly, nodes in full trains", ScalingModel.CostMicroseconds(1, train));
        yield return Row("singly everywhere", ScalingModel.CostMicroseconds(1, 1));
        yield return Row("XDP, whatever the trains (assumed)", XdpMicroseconds);
    }

    private static IEnumerable<string> Probes()
    {
        yield return "| nodes | probes/s in and out | opens/s | part of a core |";
        yield return "|---:|---:|---:|---:|";
        foreach (int nodes in new[] { 100, 1_000, ScalingModel.NodesByOpens(), 10_000 })
        {
            double probes = (nodes - 1) * 1_000.0 / Host.HostLimits.ProbeFlowingMilliseconds;
            yield return $"| {Exact(nodes)} | {Count(2 * probes)} | {Count(2 * probes)} | "
                + $"{ScalingModel.ProbeCores(nodes).ToString("0.00", CultureInfo.InvariantCulture)} |";
        }
    }

    private static string Row(string name, double cost)
    {
        double skew = ScalingModel.FlowSkew(NodeFlows, NodeWorkers);
        double node = ScalingModel.NodeCellsPerSecond(NodeWorkers, skew, cost);
        string Needs(double rate) => $"{Count(2 * rate * cost / 1e6)} | "
            + Count(Math.Ceiling(ScalingModel.Nodes(rate, node, NodeUse)));
        return $"| {name} | {cost.ToString("0.00", CultureInfo.InvariantCulture)} | {Count(1e6 / cost)} | "
            + $"{Needs(1e6)} | {Needs(1e9)} |";
    }

    private static string Fraction(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Two or three digits that mean something, and spaces between thousands.</summary>
    private static string Count(double value)
    {
        double unit = value < 1_000 ? 1 : Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return Exact(Math.Round(value / unit) * unit);
    }

    private static string Exact(double value) =>
        value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Conet.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("no Conet.sln above the tests");
    }
}
