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

        WriteTable(rows, plan, load, results);
    }

    private static void WriteTable(
        IReadOnlyList<ForwardRow> rows, ForwardPlan plan, double load, TextWriter results)
    {
        string busy = load.ToString("0.00", _culture);
        results.WriteLine($"machine: {Machine.Line}; load average at the start {busy}");
        results.WriteLine(
            $"model {Name(plan.Model)}, {plan.Routes.ToString("#,0", _culture)} routes, cells of 1160 bytes,"
            + " one core forwards; thousands of cells a second, times in us");
        foreach (var group in rows.GroupBy(row => row.Load))
        {
            results.WriteLine();
            results.WriteLine(
                $"{$"{group.Key}, {group.First().Rounds} rounds",-30}{"lossless",9}{"spread",7}{"<= 0.1 %",9}"
                + $"{"overload",9}{"offered",9}{"headroom",9}{"per cpu s",10}{"p50",7}{"p99",7}{"at 80 %",9}"
                + $"{"at 1 k/s",9}");
            foreach (ForwardRow row in group)
                results.WriteLine(Line(row));
        }

        results.WriteLine();
        results.WriteLine("lossless: at most 1 % lost; p50, p99 at half of that; p99 at 80 %, p50 at 1 k/s");
        results.WriteLine("headroom: cells a second that would fill the cores of generator and sink");
        results.WriteLine("*: little more than came through: generator and sink are the limit");
        foreach (ForwardRow row in rows.Where(row => row.Note is not null).DistinctBy(row => row.Variant))
            results.WriteLine($"{row.Variant}: {row.Note}");
    }

    private static string Line(ForwardRow row) =>
        $"  {row.Variant + (row.IsGeneratorBound ? " *" : ""),-28}{Thousands(row.LosslessCellsPerSecond),9}"
        + $"{row.Spread.ToString("0%", _culture),7}{Thousands(row.StrictCellsPerSecond),9}"
        + $"{Thousands(row.OverloadCellsPerSecond),9}{Thousands(row.OfferedCellsPerSecond),9}"
        + $"{Thousands(row.HeadroomCellsPerSecond),9}"
        + $"{(row.CellsPerCpuSecond is { } cells ? Thousands(cells) : "-"),10}"
        + $"{Microseconds(row.AtHalf?.P50),7}{Microseconds(row.AtHalf?.P99),7}"
        + $"{Microseconds(row.AtHigh?.P99),9}{Microseconds(row.AtLow?.P50),9}";

    private static string Microseconds(double? time) => time?.ToString("0", _culture) ?? "-";

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
            json.WriteNumber("sources", row.Load.Sources);
            json.WriteNumber("hops", row.Load.Hops);
            json.WriteNumber("routes", row.Routes);
            json.WriteNumber("lossless_cells_per_s", Math.Round(row.LosslessCellsPerSecond));
            json.WriteNumber("lossless_01_cells_per_s", Math.Round(row.StrictCellsPerSecond));
            json.WriteNumber("overload_cells_per_s", Math.Round(row.OverloadCellsPerSecond));
            json.WriteNumber("offered_cells_per_s", Math.Round(row.OfferedCellsPerSecond));
            json.WriteNumber("headroom_cells_per_s", Math.Round(row.HeadroomCellsPerSecond));
            json.WriteBoolean("generator_bound", row.IsGeneratorBound);
            if (row.CellsPerCpuSecond is { } cells)
                json.WriteNumber("cells_per_cpu_s", Math.Round(cells));
            if (row.CoreShare is { } share)
                json.WriteNumber("core_share", Math.Round(share, 3));
            WriteLatency(json, "", row.AtHalf);
            WriteLatency(json, "_at_80_percent", row.AtHigh);
            WriteLatency(json, "_at_1000_per_s", row.AtLow);
            WriteLatency(json, "_at_half_of_c_mmsg", row.AtYardstick);
            json.WriteNumber("bytes_allocated", row.BytesAllocated);
            json.WriteNumber("faulty_cells", row.Faults);
            json.WriteNumber("rounds", row.Rounds);
            json.WriteNumber("spread", Math.Round(row.Spread, 4));
            json.WriteBoolean("peer", row.IsPeer);
            if (row.Note is not null)
                json.WriteString("note", row.Note);
            json.WriteNumber("load_average", load);
            json.WriteString("machine", Machine.Line);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteLatency(Utf8JsonWriter json, string suffix, ForwardRow.Latency? latency)
    {
        if (latency is not { } times)
            return;
        json.WriteNumber($"p50{suffix}_us", times.P50);
        json.WriteNumber($"p99{suffix}_us", times.P99);
        json.WriteNumber($"p999{suffix}_us", times.P999);
    }
}
