using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conet.Bench.Forward;

/// <summary>The rows as a table for a person or as JSON lines.</summary>
internal static class ForwardReport
{
    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    public static void Write(
        IReadOnlyList<ForwardRow> rows, ForwardPlan plan, bool json, double load, TextWriter results)
    {
        if (json)
        {
            foreach (ForwardRow row in rows)
                results.WriteLine(Format(row, load));
            return;
        }

        string busy = load.ToString("0.00", _culture);
        results.WriteLine($"machine: {Machine.Line}; load average at the start {busy}");
        results.WriteLine(
            $"model {Name(plan.Model)}, {plan.Routes.ToString("#,0", _culture)} routes, cells of 1160 bytes,"
            + " one core forwards; thousands of cells a second");
        foreach (var group in rows.GroupBy(row => (row.Sources, row.Hops)))
        {
            results.WriteLine();
            results.WriteLine(
                $"{$"{group.Key.Sources} sources, {group.Key.Hops} hops",-26}{"lossless",10}{"spread",8}"
                + $"{"overload",10}{"offered",10}{"per cpu s",11}{"p50 us",9}{"p99 us",9}{"p99.9",9}");
            foreach (ForwardRow row in group)
                results.WriteLine(Line(row));
        }

        results.WriteLine();
        results.WriteLine("latencies at half of a variant's own lossless rate (at most 1 % lost)");
    }

    private static string Line(ForwardRow row) =>
        $"  {row.Variant,-24}{Thousands(row.LosslessCellsPerSecond),10}"
        + $"{row.Spread.ToString("0%", _culture),8}"
        + $"{Thousands(row.OverloadCellsPerSecond),10}{Thousands(row.OfferedCellsPerSecond),10}"
        + $"{(row.CellsPerCpuSecond is { } cells ? Thousands(cells) : "-"),11}"
        + $"{row.AtHalf.P50.ToString("0", _culture),9}"
        + $"{row.AtHalf.P99.ToString("0", _culture),9}{row.AtHalf.P999.ToString("0", _culture),9}";

    private static string Thousands(double number) => (number / 1e3).ToString("#,0.0", _culture);

    private static string Name(LinkModel model) => model.ToString().ToLowerInvariant();

    private static string Format(ForwardRow row, double load)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("benchmark", "forward");
            json.WriteString("variant", row.Variant);
            json.WriteString("model", Name(row.Model));
            json.WriteNumber("sources", row.Sources);
            json.WriteNumber("hops", row.Hops);
            json.WriteNumber("routes", row.Routes);
            json.WriteNumber("lossless_cells_per_s", Math.Round(row.LosslessCellsPerSecond));
            json.WriteNumber("overload_cells_per_s", Math.Round(row.OverloadCellsPerSecond));
            json.WriteNumber("offered_cells_per_s", Math.Round(row.OfferedCellsPerSecond));
            if (row.CellsPerCpuSecond is { } cells)
                json.WriteNumber("cells_per_cpu_s", Math.Round(cells));
            WriteLatency(json, "", row.AtHalf);
            WriteLatency(json, "_at_80_percent", row.AtMost);
            json.WriteNumber("bytes_allocated", row.BytesAllocated);
            json.WriteNumber("faulty_cells", row.Faults);
            json.WriteNumber("rounds", row.Rounds);
            json.WriteNumber("spread", Math.Round(row.Spread, 4));
            json.WriteNumber("load_average", load);
            json.WriteString("machine", Machine.Line);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteLatency(Utf8JsonWriter json, string suffix, ForwardRow.Latency latency)
    {
        json.WriteNumber($"p50{suffix}_us", latency.P50);
        json.WriteNumber($"p99{suffix}_us", latency.P99);
        json.WriteNumber($"p999{suffix}_us", latency.P999);
    }
}
