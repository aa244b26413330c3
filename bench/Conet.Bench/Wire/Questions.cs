using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Conet.Bench.Wire;

/// <summary>The classes of <c>bench wire</c>, one per question.</summary>
internal static class Questions
{
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(ParseBench),
        typeof(LookUpBench),
        typeof(ForwardBench),
        typeof(SealBench),
        typeof(OpenBench),
        typeof(SignBench),
        typeof(RecoverBench),
        typeof(KeccakBench),
        typeof(AddressTextBench),
        typeof(HexDigitsBench),
    ];

    public static QuestionAttribute Of(Type type) => type.GetCustomAttribute<QuestionAttribute>()
        ?? throw new InvalidOperationException($"{type.Name} is no question.");

    /// <summary>Whether "question case" contains a text; any does for an empty one.</summary>
    public static bool Matches(Type type, string caseName, string text) =>
        $"{Of(type).Name} {caseName}".Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether any case of a question matches.</summary>
    public static bool Has(Type type, string text) => type.GetMethods()
        .Select(method => method.GetCustomAttribute<BenchmarkAttribute>())
        .Any(benchmark => benchmark is not null && Matches(type, benchmark.Description ?? "", text));
}
