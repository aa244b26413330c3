using Xunit.Abstractions;

namespace Conet.Simulation.Scaling;

/// <summary>
/// How flows that are hashed onto workers load them, and what such workers carry: the formulas against flows
/// thrown at random and queues that overflow.
/// </summary>
public sealed class WorkerTests(ITestOutputHelper output)
{
    private const int Seed = 31;
    private const int Throws = 500;
    private const double StepSeconds = 100e-6;
    private const int Steps = 10_000;

    /// <summary>Cells in a receive buffer: 8 MiB at 2 304 bytes each, as the kernel charges.</summary>
    private const double QueueCells = (8 << 20) / 2_304.0;

    [Theory]
    [InlineData(64, 2)]
    [InlineData(64, 8)]
    [InlineData(256, 16)]
    [InlineData(1_024, 16)]
    [InlineData(1_024, 64)]
    [InlineData(16_384, 64)]
    public void The_busiest_worker_has_as_much_as_the_model_says(int flows, int workers)
    {
        Random random = new(Seed);
        double skew = 0;
        for (int count = 0; count < Throws; count++)
            skew += Skew(Shares(random, Even(flows), workers)) / Throws;
        output.WriteLine($"seed {Seed}: {skew:0.000}, model {ScalingModel.FlowSkew(flows, workers):0.000}");
        Assert.InRange(
            skew, 0.94 * ScalingModel.FlowSkew(flows, workers), 1.06 * ScalingModel.FlowSkew(flows, workers));
    }

    /// <summary>Few neighbours, each one flow: most workers stand idle, whatever the mean says.</summary>
    [Fact]
    public void Few_or_unequal_flows_leave_workers_idle()
    {
        Random random = new(Seed);
        double few = 0, unequal = 0;
        for (int count = 0; count < Throws; count++)
        {
            few += Skew(Shares(random, Even(9), 16)) / Throws;
            unequal += Skew(Shares(random, Zipf(1_024), 16)) / Throws;
        }

        output.WriteLine($"seed {Seed}: 9 flows on 16 workers {few:0.00}; 1 024 by Zipf {unequal:0.00}");
        Assert.InRange(few, 3.3, 4.3);
        Assert.True(unequal > 1.5 * ScalingModel.FlowSkew(1_024, 16), "a strong flow stays on one worker");
    }

    /// <summary>The highest rate without loss, found with queues, is that of the busiest worker.</summary>
    [Theory]
    [InlineData(1, 64, 1.10)]
    [InlineData(4, 64, 1.10)]
    [InlineData(16, 256, 1.37)]
    [InlineData(16, 1_024, 18.9)]
    public void Workers_carry_what_the_busiest_can(int workers, int flows, double costMicroseconds)
    {
        double[] shares = Shares(new Random(Seed), Even(flows), workers);
        double low = 0, high = 2 * workers * 1e6 / costMicroseconds;
        while (high - low > 0.002 * high)
        {
            double middle = (low + high) / 2;
            bool isLossless = Lost(shares, middle, costMicroseconds) == 0;
            (low, high) = isLossless ? (middle, high) : (low, middle);
        }

        double model = ScalingModel.NodeCellsPerSecond(workers, Skew(shares), costMicroseconds);
        output.WriteLine($"seed {Seed}: {low:0} cells/s without loss, model {model:0}");

        // A buffer that fills for the whole run lets a little more than the steady rate through.
        Assert.InRange(low, 0.95 * model, model + (QueueCells * workers / (Steps * StepSeconds)));
    }

    private static double[] Even(int flows) => [.. Enumerable.Repeat(1.0, flows)];

    /// <summary>The strength of the n-th flow is 1/n.</summary>
    private static double[] Zipf(int flows) => [.. Enumerable.Range(1, flows).Select(rank => 1.0 / rank)];

    /// <summary>Each flow goes to one worker at random, as by a hash; parts of the whole.</summary>
    private static double[] Shares(Random random, double[] flows, int workers)
    {
        double[] shares = new double[workers];
        double sum = flows.Sum();
        foreach (double flow in flows)
            shares[random.Next(workers)] += flow / sum;
        return shares;
    }

    private static double Skew(double[] shares) => shares.Max() * shares.Length;

    /// <summary>Cells lost by queues of a bounded length, each served at a steady rate.</summary>
    private static double Lost(double[] shares, double cellsPerSecond, double costMicroseconds)
    {
        Random random = new(Seed);
        double served = StepSeconds * 1e6 / costMicroseconds;
        double lost = 0;
        double[] queues = new double[shares.Length];
        for (int step = 0; step < Steps; step++)
        {
            for (int worker = 0; worker < queues.Length; worker++)
            {
                double arrived = Arrivals(random, cellsPerSecond * shares[worker] * StepSeconds);
                double queue = Math.Max(0, queues[worker] + arrived - served);
                lost += Math.Max(0, queue - QueueCells);
                queues[worker] = Math.Min(queue, QueueCells);
            }
        }

        return lost;
    }

    /// <summary>A Poisson count by the normal approximation, which is close enough for many a step.</summary>
    private static double Arrivals(Random random, double mean)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
            * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Max(0, mean + (Math.Sqrt(mean) * normal));
    }
}
