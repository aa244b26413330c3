using Conet.Bench.Forward;

namespace Conet.Host.Tests.Bench;

/// <summary>The search for lossless rates against forwarders whose limits are known.</summary>
public sealed class LosslessSearchTests
{
    private const int TriesMax = 3;
    private const int Steps = 6;
    private const int StrictSteps = 3;

    [Theory]
    [InlineData(1_000_000, 3_000_000)]
    [InlineData(20_000, 2_000_000)]
    [InlineData(900_000, 950_000)]
    public void It_finds_the_limit_of_a_forwarder_that_loses_nothing_below_it(double limit, double offered)
    {
        Forwarder forwarder = new(limit, limit, offered);
        LosslessSearch search = forwarder.Search(guess: 0);
        Assert.InRange(search.Lossless, limit * 0.96, limit);
        Assert.InRange(search.Strict, limit * 0.9, search.Lossless);
        Assert.InRange(forwarder.Probes, 1, TriesMax * (Steps + StrictSteps));
    }

    [Fact]
    public void A_probe_that_something_else_spoiled_is_taken_again()
    {
        int probes = 0;
        LosslessSearch search = new(new RateOutcome(4000, 1000), 0, Steps, StrictSteps, rate =>
        {
            double spoiled = ++probes % 2 == 0 ? 1 : 0.9;
            return new RateOutcome(rate, Math.Min(rate, 1000) * spoiled);
        });
        Assert.InRange(search.Lossless, 960, 1010);
    }

    [Fact]
    public void The_strict_limit_is_lower_where_a_few_cells_are_lost_early()
    {
        LosslessSearch search = new Forwarder(1000, 500, 4000).Search(guess: 0);
        Assert.InRange(search.Lossless, 950, 1010);
        Assert.InRange(search.Strict, 400, 500);
    }

    [Fact]
    public void A_guess_from_an_earlier_round_makes_it_finer()
    {
        LosslessSearch search = new Forwarder(1000, 1000, 4000).Search(guess: 990);
        Assert.InRange(search.Lossless, 980, 1000);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    public void A_wrong_guess_does_no_harm(double guess)
    {
        LosslessSearch search = new Forwarder(1000, 1000, 4000).Search(guess);
        Assert.InRange(search.Lossless, 900, 1000);
    }

    [Fact]
    public void A_generator_that_is_too_slow_is_the_limit()
    {
        Forwarder forwarder = new(1000, 1000, offered: 700);
        Assert.Equal(700, forwarder.Search(guess: 0).Lossless);
        Assert.Equal(0, forwarder.Probes);
    }

    [Fact]
    public void What_always_loses_has_no_lossless_rate()
    {
        LosslessSearch search = new(
            new RateOutcome(1000, 500), 0, Steps, StrictSteps, rate => new RateOutcome(rate, rate / 2));
        Assert.Equal(0, search.Lossless);
        Assert.Equal(0, search.Strict);
    }

    [Fact]
    public void Median_and_spread_do_not_mind_one_disturbed_round()
    {
        AssertRounds([], 0, 0);
        AssertRounds([7], 7, 0);
        AssertRounds([3, 1, 2], 2, 0.5);
        AssertRounds([4, 1], 2.5, 0.6);
        AssertRounds([100, 99, 101, 500, 100, 99, 98, 101], 100, 0.02);
    }

    private static void AssertRounds(double[] rounds, double median, double spread)
    {
        Assert.Equal(median, Statistics.Median(rounds), 9);
        Assert.Equal(spread, Statistics.Spread(rounds), 9);
    }

    /// <summary>Loses half a percent between two limits, and all above the higher one.</summary>
    private sealed class Forwarder(double limit, double strictLimit, double offered)
    {
        private const double EarlyLoss = 0.005;

        public int Probes { get; private set; }

        public LosslessSearch Search(double guess) =>
            new(Pass(offered), guess, Steps, StrictSteps, rate =>
            {
                Probes++;
                return Pass(Math.Min(rate, offered));
            });

        private RateOutcome Pass(double rate) =>
            new(rate, Math.Min(limit, rate <= strictLimit ? rate : rate * (1 - EarlyLoss)));
    }
}
