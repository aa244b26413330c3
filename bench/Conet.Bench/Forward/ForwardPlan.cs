using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward;

/// <summary>What to measure and how long. Immutable.</summary>
internal sealed record ForwardPlan
{
    /// <summary>A full run ends within this.</summary>
    public const int FullRunSecondsMax = 20 * 60;

    private const int NumberMax = 65_536;
    private const int RoutesMax = 10_000_000;
    private const int RoundsMax = 100;
    private const int LatencyRoundsMax = 3;

    public LinkModel Model { get; init; } = LinkModel.Nic;

    /// <summary>Names of the variants; empty for all that work here.</summary>
    public IReadOnlyList<string> Variants { get; private init; } = [];

    /// <summary>Whether other people's forwarders are measured too.</summary>
    public bool Peers { get; private init; }

    public int Routes { get; private init; } = 1_000_000;

    /// <summary>Length of one measurement. Seconds.</summary>
    public double Seconds { get; private init; } = 0.5;

    /// <summary>Halvings of the interval that the lossless rate lies in.</summary>
    public int Steps { get; private init; } = 6;

    /// <summary>Further ones towards the stricter lossless rate.</summary>
    public int StrictSteps { get; private init; } = 3;

    /// <summary>What is measured, in order.</summary>
    public IReadOnlyList<ForwardPoint> Points { get; private init; } = [];

    /// <summary>Whether it has to end in time, with fewer rounds if need be.</summary>
    public bool IsTimed { get; private init; }

    private IReadOnlyList<int>? Sources { get; init; }

    private IReadOnlyList<int>? Hops { get; init; }

    private int? Rounds { get; init; }

    /// <summary>Reads the settings; a problem in a line if they make no sense.</summary>
    public static bool TryParse(
        BenchOptions options, out ForwardPlan plan, [NotNullWhen(false)] out string? problem)
    {
        plan = new ForwardPlan { Peers = options.Switches.Contains(ForwardBenchmark.PeersSwitch) };
        problem = null;
        if (options.Quick)
            plan = plan with { Routes = 100_000, Rounds = 3, Seconds = 0.25, Steps = 4, StrictSteps = 2 };
        foreach ((string name, string value) in options.Settings)
        {
            if (plan.With(name, value) is { } changed)
                plan = changed;
            else
                problem = $"{name} {value} makes no sense; ./conet bench shows the options";
        }

        bool isFull = plan.Sources is null && plan.Hops is null && plan.Rounds is null;
        plan = plan with { IsTimed = isFull, Points = isFull ? FullRun() : plan.Product() };
        return problem is null;
    }

    /// <summary>Whether a variant belongs to a point, whatever works here.</summary>
    public bool Wants(Variant variant, ForwardPoint point)
    {
        if (Variants.Count != 0)
            return Variants.Contains(variant.Name);
        return (Peers || !variant.IsPeer) && (variant.IsMain || !point.MainOnly);
    }

    /// <summary>Seconds that a point takes, about.</summary>
    public double SecondsOf(ForwardPoint point, int variants)
    {
        const double StartSeconds = 2;
        const double ActivateSeconds = 0.15;
        const int Overloads = 1;
        const int Warmups = 1;
        int widened = Overloads + Steps + StrictSteps;
        double round = ((point.Rounds * widened) + Warmups) * (Seconds + Probe.OverheadSeconds);
        double latencies = point.LatencyRounds * LatencyLoads.Seconds(Seconds);
        double activations = (point.Rounds + point.LatencyRounds + Warmups) * ActivateSeconds;
        return variants * (StartSeconds + round + latencies + activations);
    }

    /// <summary>
    /// The loads that forwarders differ under, the first one most thoroughly: many next hops cut trains into
    /// pieces, many sources keep the kernel from merging any.
    /// </summary>
    private static ForwardPoint[] FullRun() =>
    [
        new(new ForwardLoad(1, 1), 5, 3, MainOnly: false),
        new(new ForwardLoad(1, 16), 2, 1, MainOnly: true),
        new(new ForwardLoad(1, 256), 2, 1, MainOnly: true),
        new(new ForwardLoad(1, 4096), 2, 1, MainOnly: true),
        new(new ForwardLoad(16, 1), 2, 1, MainOnly: true),
        new(new ForwardLoad(1024, 1), 2, 1, MainOnly: true),
        new(new ForwardLoad(1024, 4096), 2, 1, MainOnly: true),
    ];

    private static IReadOnlyList<int>? Numbers(string text, int max)
    {
        List<int> numbers = [];
        foreach (string word in text.Split(','))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number < 1 || number > max)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>Every combination that was asked for.</summary>
    private ForwardPoint[] Product()
    {
        int rounds = Rounds ?? 5;
        int latencyRounds = Math.Min(rounds, LatencyRoundsMax);
        return
        [
            .. from sources in Sources ?? [1]
            from hops in Hops ?? [1]
            select new ForwardPoint(new ForwardLoad(sources, hops), rounds, latencyRounds, MainOnly: false),
        ];
    }

    private ForwardPlan? With(string name, string value) => name switch
    {
        "--model" when Enum.TryParse(value, ignoreCase: true, out LinkModel model) =>
            this with { Model = model },
        "--sources" when Numbers(value, NumberMax) is { } sources => this with { Sources = sources },
        "--hops" when Numbers(value, NumberMax) is { } hops => this with { Hops = hops },
        "--variants" when value.Split(',').All(VariantList.IsKnown) =>
            this with { Variants = value.Split(',') },
        "--routes" when Numbers(value, RoutesMax) is [int routes] => this with { Routes = routes },
        "--rounds" when Numbers(value, RoundsMax) is [int rounds] => this with { Rounds = rounds },
        _ => null,
    };
}
