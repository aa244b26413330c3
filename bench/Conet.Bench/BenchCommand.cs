namespace Conet.Bench;

/// <summary>The command line: <c>bench [NAME [--quick] [--json] [--case TEXT] [switches]]</c>.</summary>
internal static class BenchCommand
{
    /// <summary>Runs a command line and returns its exit code.</summary>
    public static int Run(string[] arguments, TextWriter results, TextWriter progress)
    {
        if (arguments.Length == 0 || arguments[0] is "--list" or "--help" or "-h" or "help")
        {
            WriteList(results);
            return ExitCodes.Ok;
        }

        IBenchmark? benchmark = Benchmarks.Find(arguments[0]);
        if (benchmark is null)
        {
            string names = string.Join(", ", Benchmarks.All.Select(known => known.Name));
            progress.WriteLine($"bench: there is no benchmark {arguments[0]}; there is: {names}");
            return ExitCodes.Usage;
        }

        ReadOnlySpan<string> rest = arguments.AsSpan(1);
        if (!BenchOptions.TryParse(benchmark, rest, out BenchOptions options, out string? problem))
        {
            progress.WriteLine($"bench: {problem}; ./conet bench shows the options");
            return ExitCodes.Usage;
        }

        // Whatever a library prints must not get among the results.
        TextWriter console = Console.Out;
        Console.SetOut(progress);
        try
        {
            return benchmark.Run(options, new BenchOutput(results, progress));
        }
        finally
        {
            results.Flush();
            Console.SetOut(console);
        }
    }

    private static void WriteList(TextWriter results)
    {
        results.WriteLine("usage: ./conet bench NAME [--quick] [--json] [--case TEXT]");
        results.WriteLine();
        foreach (IBenchmark benchmark in Benchmarks.All)
        {
            results.WriteLine($"  {benchmark.Name,-10} {benchmark.Summary}");
            foreach ((string name, string help) in benchmark.Switches.Concat(benchmark.Settings))
                results.WriteLine($"  {"",-10}   {name}: {help}");
        }

        results.WriteLine();
        results.WriteLine("  --quick      ends within a minute: fewer rounds, a smaller table");
        results.WriteLine("  --json       one JSON object a line; the unit of a figure is in its key");
        results.WriteLine("  --case TEXT  only the cases whose name contains the text");
    }
}
