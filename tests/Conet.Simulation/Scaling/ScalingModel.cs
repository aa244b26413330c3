using Conet.Host;
using Conet.Wire;

namespace Conet.Simulation.Scaling;

/// <summary>
/// The formulas of docs/SCALING.md: what a cell costs, how long trains are, how sources spread over workers,
/// how many nodes a network needs. Times are microseconds of one core. Where each constant comes from stands
/// on that page; the tests beside this file check the formulas against simulations.
/// </summary>
internal static class ScalingModel
{
    /// <summary>Cells that come and go in full trains: 0.91 million a second.</summary>
    public const double FullTrainMicroseconds = 1.10;

    /// <summary>Cells that come and go singly: 0.053 million a second.</summary>
    public const double SingleMicroseconds = 18.9;

    /// <summary>
    /// A probe sent and one answered: sign and seal, open the answer; open, recover, seal the answer.
    /// </summary>
    public const double ProbeMicroseconds = 95 + 44 + 44 + 61 + 72;

    /// <summary>
    /// What a message, a single datagram or a train, costs the kernel on the way in or out: by the two
    /// numbers above, both directions being as dear.
    /// </summary>
    public static double MessageMicroseconds { get; } =
        (SingleMicroseconds - FullTrainMicroseconds) / (2 - (2.0 / Limits.TrainCellsMax));

    /// <summary>What a cell costs in whatever company it travels.</summary>
    public static double CellMicroseconds { get; } = SingleMicroseconds - (2 * MessageMicroseconds);

    /// <summary>Cost of a cell that comes in a train of so many, and leaves in one of so many.</summary>
    public static double CostMicroseconds(double cellsIn, double cellsOut) =>
        CellMicroseconds + (MessageMicroseconds / cellsIn) + (MessageMicroseconds / cellsOut);

    /// <summary>Next hops that a batch has cells for, when each is as likely for each cell.</summary>
    public static double DistinctHops(int cells, int hops) =>
        hops * (1 - Math.Pow(1 - (1.0 / hops), cells));

    /// <summary>
    /// Cells of a message on its way out: a batch over the messages that its buckets make, each bucket
    /// binomial.
    /// </summary>
    public static double TrainCells(int cells, int hops)
    {
        if (hops == 1)
            return (double)cells / Messages(cells);
        double messages = 0;
        double logarithm = cells * double.LogP1(-1.0 / hops); // of the chance of no cell at all
        for (int count = 1; count <= cells; count++)
        {
            logarithm += Math.Log((double)(cells - count + 1) / count / (hops - 1));
            messages += Math.Exp(logarithm) * Messages(count);
        }

        return cells / (hops * messages);
    }

    /// <summary>
    /// Load of the busiest of several workers over the mean, for so many flows that are as strong: the
    /// expected greatest of as many normal deviates.
    /// </summary>
    public static double FlowSkew(int flows, int workers) =>
        1 + (ExpectedGreatest(workers) * Math.Sqrt((workers - 1.0) / flows));

    /// <summary>Cells a second that a node's workers carry before the busiest loses any.</summary>
    public static double NodeCellsPerSecond(int workers, double skew, double costMicroseconds) =>
        workers / skew * 1e6 / costMicroseconds;

    /// <summary>
    /// Forwardings of a cell: two, but one when the entry is the home, which happens to one in so many.
    /// </summary>
    public static double Forwardings(double nodes) => 2 - (1 / nodes);

    /// <summary>Nodes that a network needs, each used to a part of what it can.</summary>
    public static double Nodes(double cellsPerSecond, double nodeCellsPerSecond, double use) =>
        2 * cellsPerSecond / (nodeCellsPerSecond * use);

    /// <summary>Part of a core that probes take in a node that talks with all the others.</summary>
    public static double ProbeCores(int nodes) =>
        (nodes - 1) * ProbeMicroseconds / (HostLimits.ProbeFlowingMilliseconds * 1e3);

    /// <summary>Nodes that talk with all others before probes use up the budget of opens.</summary>
    public static int NodesByOpens() => 1
        + (HostLimits.ControlOpensPerSecond * HostLimits.ProbeFlowingMilliseconds / 1000 / 2);

    private static int Messages(int cells) => (cells + Limits.TrainCellsMax - 1) / Limits.TrainCellsMax;

    /// <summary>Of so many standard normal deviates: x over the density of the greatest.</summary>
    private static double ExpectedGreatest(int count)
    {
        const double Step = 0.001;
        double sum = 0, below = 0;
        for (double x = -8; x < 8; x += Step)
        {
            double next = below + (Math.Exp(-(x + (Step / 2)) * (x + (Step / 2)) / 2)
                / Math.Sqrt(2 * Math.PI) * Step);
            sum += (x + (Step / 2)) * (Math.Pow(next, count) - Math.Pow(below, count));
            below = next;
        }

        return sum;
    }
}
