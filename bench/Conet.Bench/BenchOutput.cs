namespace Conet.Bench;

/// <summary>Where a benchmark writes.</summary>
/// <param name="Results">Standard output: the table or the JSON lines, nothing else.</param>
/// <param name="Progress">Standard error: progress, warnings, errors.</param>
internal sealed record BenchOutput(TextWriter Results, TextWriter Progress);
