using System.Globalization;
using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward;

/// <summary>A plan in words, without measuring anything.</summary>
internal static class PlanReport
{
    public static void Write(ForwardPlan plan, BenchOutput output)
    {
        double seconds = 0;
        foreach (ForwardPoint point in plan.Points)
        {
            IEnumerable<string> names =
                VariantList.Choose(plan, point, output.Progress).Select(variant => variant.Name);
            output.Results.WriteLine($"{point.Load}, {Rounds(point.Rounds)}: {string.Join(", ", names)}");
            seconds += SecondsOf(plan, point);
        }

        string minutes = (seconds / 60).ToString("0.0", CultureInfo.InvariantCulture);
        output.Results.WriteLine($"about {minutes} minutes");
        if (plan.IsTimed && seconds > ForwardPlan.FullRunSecondsMax)
            output.Results.WriteLine($"at most {ForwardPlan.FullRunSecondsMax / 60}, with fewer rounds");
    }

    /// <summary>Seconds that a point takes, about, with the variants that work here.</summary>
    public static double SecondsOf(ForwardPlan plan, ForwardPoint point) =>
        plan.SecondsOf(point, VariantList.Choose(plan, point, TextWriter.Null).Count);

    private static string Rounds(int number) => number == 1 ? "1 round" : $"{number} rounds";
}
