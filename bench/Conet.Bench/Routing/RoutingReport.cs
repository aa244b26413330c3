using System.Globalization;
using System.Text;
using System.Text.Json;
using Conet.Bench.Forward;

namespace Conet.Bench.Routing;

/// <summary>The rows as a table for a person or as JSON lines.</summary>
internal static class RoutingReport
{
    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    public static void Write(
        IReadOnlyList<RoutingRow> rows, IReadOnlyList<GrowthRow> growth, bool json, double load,
        TextWriter results)
    {
        if (!json)
        {
            WriteTable(rows, growth, load, results);
            return;
        }

        foreach (RoutingRow row in rows)
            results.WriteLine(Format(load, writer => WriteFields(writer, row)));
        foreach (GrowthRow row in growth)
            results.WriteLine(Format(load, writer => WriteFields(writer, row)));
    }

    private static void WriteTable(
        IReadOnlyList<RoutingRow> rows, IReadOnlyList<GrowthRow> growth, double load, TextWriter results)
    {
        string busy = load.ToString("0.00", _culture);
        results.WriteLine($"machine: {Machine.Line}; load average at the start {busy}");
        foreach (var group in rows.GroupBy(row => (row.Routes, row.Load)))
        {
            results.WriteLine();
            results.WriteLine(
                $"{$"{Count(group.Key.Routes)} routes, {group.Key.Load}",-32}{"M look-ups/s",14}{"spread",8}"
                + $"{"B/route",9}{"in all",8}{"B allocated",13}");
            foreach (RoutingRow row in group)
            {
                results.WriteLine(
                    $"  {$"{row.Structure}, {ModeOf(row)}",-30}"
                    + $"{(Statistics.Median(row.Rates) / 1e6).ToString("0.0", _culture),14}"
                    + $"{Statistics.Spread(row.Rates).ToString("0%", _culture),8}"
                    + $"{row.BytesPerRoute.ToString("0.0", _culture),9}"
                    + $"{row.BytesPerRouteInAll.ToString("0.0", _culture),8}{row.BytesAllocated,13}");
            }
        }

        results.WriteLine();
        results.WriteLine($"{"",-32}{"seconds",14}{"spread",8}{"a second",14}{"look-ups/s meanwhile",22}");
        foreach (GrowthRow row in growth)
        {
            double seconds = Statistics.Median(row.Seconds);
            results.WriteLine(
                $"  {$"{row.Mode}, {Count(row.Routes)} routes",-30}{seconds.ToString("0.000", _culture),14}"
                + $"{Statistics.Spread(row.Seconds).ToString("0%", _culture),8}"
                + $"{Count((long)(row.Items / seconds)),14}"
                + $"{(row.LookUpsPerSecond > 0 ? Count((long)row.LookUpsPerSecond) : "-"),22}");
        }
    }

    private static string Format(double load, Action<Utf8JsonWriter> fields)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("benchmark", "routing");
            fields(json);
            json.WriteNumber("vector_bits", Machine.VectorBits);
            json.WriteNumber("load_average", load);
            json.WriteString("machine", Machine.Line);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteFields(Utf8JsonWriter json, RoutingRow row)
    {
        json.WriteString("structure", row.Structure);
        json.WriteNumber("routes", row.Routes);
        json.WriteString("mode", ModeOf(row));
        json.WriteString("load", row.Load);
        json.WriteNumber("lookups_per_s", Math.Round(Statistics.Median(row.Rates)));
        json.WriteNumber("spread", Math.Round(Statistics.Spread(row.Rates), 4));
        json.WriteNumber("bytes_per_route", Math.Round(row.BytesPerRoute, 2));
        json.WriteNumber("bytes_per_route_in_all", Math.Round(row.BytesPerRouteInAll, 2));
        json.WriteNumber("bytes_allocated", row.BytesAllocated);
        json.WriteNumber("rounds", row.Rates.Count);
    }

    private static void WriteFields(Utf8JsonWriter json, GrowthRow row)
    {
        double seconds = Statistics.Median(row.Seconds);
        json.WriteString("structure", "trie");
        json.WriteNumber("routes", row.Routes);
        json.WriteString("mode", row.Mode);
        json.WriteNumber("items", row.Items);
        json.WriteNumber("seconds", Math.Round(seconds, 6));
        json.WriteNumber("seconds_max", Math.Round(row.Seconds.Max(), 6));
        json.WriteNumber("items_per_s", Math.Round(row.Items / seconds));
        json.WriteNumber("spread", Math.Round(Statistics.Spread(row.Seconds), 4));
        if (row.LookUpsPerSecond > 0)
            json.WriteNumber("lookups_per_s_meanwhile", Math.Round(row.LookUpsPerSecond));
        json.WriteNumber("rounds", row.Seconds.Count);
    }

    private static string ModeOf(RoutingRow row) => row.IsBatched ? "batched" : "single";

    private static string Count(long number) => number.ToString("#,0", _culture).Replace(',', ' ');
}
