using BenchmarkDotNet.Loggers;

namespace Conet.Bench.Wire;

/// <summary>
/// BenchmarkDotNet's words as progress: a line per case, and errors. What it remarks before a run is kept
/// until it is clear whether the run took place.
/// </summary>
internal sealed class ProgressLogger(TextWriter progress) : ILogger
{
    private readonly List<string> _remarks = [];

    public string Id => nameof(ProgressLogger);

    public int Priority => 0;

    public void Write(LogKind logKind, string text)
    {
        if (logKind == LogKind.Error)
            progress.Write(text);
    }

    public void WriteLine()
    {
    }

    public void WriteLine(LogKind logKind, string text)
    {
        string words = text.TrimStart('/', ' ');
        if (words.StartsWith("* ", StringComparison.Ordinal))
            _remarks.Add(words);
        else if (logKind == LogKind.Error || words.StartsWith("Benchmark: ", StringComparison.Ordinal))
            progress.WriteLine(words);
    }

    /// <summary>Writes what was kept.</summary>
    public void WriteRemarks()
    {
        foreach (string remark in _remarks)
            progress.WriteLine(remark);
    }

    public void Flush() => progress.Flush();
}
