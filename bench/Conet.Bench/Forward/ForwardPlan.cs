using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Conet.Bench.Forward;

/// <summary>What to measure and how long. Immutable.</summary>
internal sealed record ForwardPlan
{
    private const int NumberMax = 65_536;
    private const int RoutesMax = 10_000_000;
    private const int RoundsMax = 100;

    public LinkModel Model { get; init; } = LinkModel.Nic;

    public IReadOnlyList<int> Sources { get; private init; } = [1];

    public IReadOnlyList<int> Hops { get; private init; } = [1];

    /// <summary>Names of the variants; empty for all that work here.</summary>
    public IReadOnlyList<string> Variants { get; private init; } = [];

    public int Routes { get; private init; } = 1_000_000;

    public int Rounds { get; private init; } = 5;

    /// <summary>Length of one measurement. Seconds.</summary>
    public double Seconds { get; private init; } = 1;

    /// <summary>Halvings of the interval that the lossless rate lies in.</summary>
    public int Steps { get; private init; } = 7;

    /// <summary>Share of cells that a lossless rate may lose.</summary>
    public double LossMax { get; } = 0.01;

    /// <summary>
    /// Cells a source sends at once: of 64 packets that the kernel polls together, each source has sent as
    /// many.
    /// </summary>
    public static int TrainOf(int sources) => Math.Clamp(64 / sources, 1, Conet.Wire.Limits.TrainCellsMax);

    /// <summary>Reads the settings; a problem in a line if they make no sense.</summary>
    public static bool TryParse(
        BenchOptions options, out ForwardPlan plan, [NotNullWhen(false)] out string? problem)
    {
        plan = new ForwardPlan();
        problem = null;
        if (options.Quick)
            plan = plan with { Routes = 100_000, Rounds = 3, Seconds = 0.4, Steps = 4 };
        foreach ((string name, string value) in options.Settings)
        {
            if (plan.With(name, value) is { } changed)
                plan = changed;
            else
                problem = $"{name} {value} makes no sense; ./conet bench shows the options";
        }

        return problem is null;
    }

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

    private ForwardPlan? With(string name, string value) => name switch
    {
        "--model" when Enum.TryParse(value, ignoreCase: true, out LinkModel model) =>
            this with { Model = model },
        "--sources" when Numbers(value, NumberMax) is { } sources => this with { Sources = sources },
        "--hops" when Numbers(value, NumberMax) is { } hops => this with { Hops = hops },
        "--variants" when value.Split(',').All(Variant.IsKnown) => this with { Variants = value.Split(',') },
        "--routes" when Numbers(value, RoutesMax) is [int routes] => this with { Routes = routes },
        "--rounds" when Numbers(value, RoundsMax) is [int rounds] => this with { Rounds = rounds },
        _ => null,
    };
}
