namespace Conet.Bench;

/// <summary>One name of <c>./conet bench NAME</c>. Register it in <see cref="Benchmarks"/>.</summary>
internal interface IBenchmark
{
    /// <summary>The name, lower case.</summary>
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Summary { get; }

    /// <summary>Options of its own without a value, each with a line of help.</summary>
    IReadOnlyDictionary<string, string> Switches { get; }

    /// <summary>Options of its own with a value, each with a line of help.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>
    /// Runs to the end and returns an exit code. Results go to the output's results and nowhere else.
    /// </summary>
    int Run(BenchOptions options, BenchOutput output);
}
