namespace Conet.Bench.Wire;

/// <summary>
/// Marks a BenchmarkDotNet class as one question of <c>bench wire</c>. Its methods' descriptions are the
/// cases.
/// </summary>
/// <param name="name">The question, as results name it.</param>
/// <param name="item">What is counted, in the singular; part of the keys of the results.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class QuestionAttribute(string name, string item) : Attribute
{
    /// <summary>The question, as results name it.</summary>
    public string Name { get; } = name;

    /// <summary>What is counted, in the singular.</summary>
    public string Item { get; } = item;

    /// <summary>Whether a single byte of managed memory breaks a promise.</summary>
    public bool AllocatesNothing { get; init; }

    /// <summary>Whether vectors make a difference, so that it is measured without them too.</summary>
    public bool UsesVectors { get; init; }

    /// <summary>Whether it looks routes up.</summary>
    public bool UsesRoutes { get; init; }
}
