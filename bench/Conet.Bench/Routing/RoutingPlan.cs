using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Conet.Bench.Routing;

/// <summary>What a run measures. Immutable.</summary>
internal sealed record RoutingPlan
{
    /// <summary>Largest table: what 31 bits count.</summary>
    public const long RoutesMax = int.MaxValue;

    /// <summary>Largest table of .NET's own structures: beyond, they take minutes to make.</summary>
    public const long DictionaryRoutesMax = 10_000_000;

    /// <summary>Largest table whose snapshot is written: 1.6 GB of file.</summary>
    public const long SnapshotRoutesMax = 10_000_000;

    /// <summary>Largest table that is made from events; the time of one event no longer changes.</summary>
    public const long ChainRoutesMax = 1_000_000;

    /// <summary>Addresses that share 40 bits.</summary>
    public const long CrowdMax = 1_000_000;

    /// <summary>One query in so many lies under a node and has no route of its own.</summary>
    public const int PrefixEvery = 100;

    /// <summary>Changes that are applied at once.</summary>
    public const int Changes = 100_000;

    private const int RoundsMax = 1_000;

    /// <summary>Sizes of the tables.</summary>
    public required IReadOnlyList<long> Sizes { get; init; }

    /// <summary>Only structures whose name contains one of these, with commas; empty for all.</summary>
    public required string Case { get; init; }

    /// <summary>Turns of every structure.</summary>
    public required int Rounds { get; init; }

    /// <summary>About how long a turn takes.</summary>
    public required TimeSpan TurnTime { get; init; }

    /// <summary>Reads the options; a problem in one line if they make no sense.</summary>
    public static bool TryParse(
        BenchOptions options,
        [NotNullWhen(true)] out RoutingPlan? plan,
        [NotNullWhen(false)] out string? problem)
    {
        plan = null;
        string sizes = options.Settings.GetValueOrDefault(
            "--routes",
            options.Quick ? "10000,100000,1000000" : "10000,100000,1000000,10000000,100000000");
        string rounds = options.Settings.GetValueOrDefault("--rounds", options.Quick ? "3" : "7");
        List<long> numbers = [];
        foreach (string text in sizes.Split(','))
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                || size is < 1 or > RoutesMax)
            {
                problem = $"--routes takes numbers from 1 to {RoutesMax}, not {text}";
                return false;
            }

            numbers.Add(size);
        }

        if (!int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out int turns)
            || turns is < 1 or > RoundsMax)
        {
            problem = $"--rounds takes a number from 1 to {RoundsMax}, not {rounds}";
            return false;
        }

        problem = null;
        plan = new RoutingPlan
        {
            Sizes = numbers,
            Case = options.Case,
            Rounds = turns,
            TurnTime = TimeSpan.FromMilliseconds(options.Quick ? 100 : 300),
        };
        return true;
    }
}
