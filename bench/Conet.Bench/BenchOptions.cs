using System.Diagnostics.CodeAnalysis;

namespace Conet.Bench;

/// <summary>What follows the name of a benchmark. Immutable.</summary>
internal sealed record BenchOptions
{
    /// <summary>Ends within a minute: fewer rounds and a smaller table.</summary>
    public bool Quick { get; private init; }

    /// <summary>One JSON object a line in place of the table.</summary>
    public bool Json { get; private init; }

    /// <summary>Only the cases whose question or name contains this; empty for all.</summary>
    public string Case { get; private init; } = "";

    /// <summary>The benchmark's own switches that were given.</summary>
    public IReadOnlySet<string> Switches { get; private init; } = new HashSet<string>();

    /// <summary>The benchmark's own settings that were given, and their values.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private init; } =
        new Dictionary<string, string>();

    /// <summary>Reads the arguments; a problem in one line if they make no sense.</summary>
    public static bool TryParse(
        IBenchmark benchmark,
        ReadOnlySpan<string> arguments,
        out BenchOptions options,
        [NotNullWhen(false)] out string? problem)
    {
        HashSet<string> switches = [];
        Dictionary<string, string> settings = [];
        options = new BenchOptions { Switches = switches, Settings = settings };
        problem = null;
        for (int index = 0; index < arguments.Length; index++)
        {
            string argument = arguments[index];
            if (argument == "--quick")
                options = options with { Quick = true };
            else if (argument == "--json")
                options = options with { Json = true };
            else if (argument == "--case" || benchmark.Settings.ContainsKey(argument))
            {
                if (index + 1 == arguments.Length)
                    problem = $"{argument} needs a value";
                else if (argument == "--case")
                    options = options with { Case = arguments[++index] };
                else
                    settings[argument] = arguments[++index];
            }
            else if (benchmark.Switches.ContainsKey(argument))
                switches.Add(argument);
            else
                problem = $"{benchmark.Name} does not know {argument}";
        }

        return problem is null;
    }
}
