using System.Globalization;

namespace Conet.Bench.Results;

/// <summary>Measurements as text for a person.</summary>
internal static class MeasurementTable
{
    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    /// <summary>Writes a block for each question, in their order.</summary>
    public static void Write(TextWriter text, IReadOnlyList<Measurement> rows)
    {
        int caseWidth = rows.Max(row => row.Case.Length) + 2;
        foreach (IGrouping<string, Measurement> question in rows.GroupBy(row => row.Question))
        {
            Measurement first = question.First();
            string routes = first.Routes == 0 ? "" : $", {Count(first.Routes)} routes";
            text.WriteLine();
            text.WriteLine(
                $"{question.Key}{routes}".PadRight(caseWidth)
                + $"{$"ns/{first.Item}",15}{"+-",9}"
                + $"{"ratio",8}{$"a second",14}{"B allocated",13}{"vector bits",13}");
            foreach (Measurement row in question)
            {
                text.WriteLine(
                    $"  {row.Case.PadRight(caseWidth - 2)}{Time(row.NanosecondsPerItem),15}"
                    + $"{Time(row.ErrorNanoseconds),9}{row.Ratio?.ToString("0.00", _culture) ?? "-",8}"
                    + $"{Count(row.ItemsPerSecond),14}"
                    + $"{row.BytesAllocatedPerItem.ToString("0.##", _culture),13}{row.VectorBits,13}");
            }
        }
    }

    private static string Time(double nanoseconds) =>
        nanoseconds.ToString(nanoseconds < 100 ? "0.00" : "#,0", _culture).Replace(',', ' ');

    private static string Count(double number) => number.ToString("#,0", _culture).Replace(',', ' ');
}
