using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conet.Bench.Results;

/// <summary>Measurements as JSON, one object a line, the unit of a figure in its key; and back.</summary>
internal static class MeasurementJson
{
    /// <summary>Writes one line.</summary>
    public static string Format(Measurement row, bool quick, double loadAverage)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("benchmark", row.Question);
            json.WriteString("case", row.Case);
            WriteFigure(json, $"ns_per_{row.Item}", row.NanosecondsPerItem);
            WriteFigure(json, "error_ns", row.ErrorNanoseconds);
            WriteFigure(json, $"{Plural(row.Item)}_per_s", row.ItemsPerSecond);
            if (row.Ratio is { } ratio)
                WriteFigure(json, "ratio", ratio);
            WriteFigure(json, $"bytes_allocated_per_{row.Item}", row.BytesAllocatedPerItem);
            json.WriteNumber("rounds", row.Rounds);
            json.WriteNumber("vector_bits", row.VectorBits);
            json.WriteBoolean("baseline", row.IsBaseline);
            if (row.Routes != 0)
                json.WriteNumber("routes", row.Routes);
            json.WriteBoolean("quick", quick);
            WriteFigure(json, "load_average", loadAverage);
            json.WriteString("machine", Machine.Line);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Reads what <see cref="Format"/> wrote in another process of the same program.</summary>
    /// <exception cref="JsonException">It is no such line.</exception>
    public static Measurement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement row = document.RootElement;
        string timeKey = row.EnumerateObject().First(pair => IsPer(pair, "ns_per_")).Name;
        string item = timeKey["ns_per_".Length..];
        return new Measurement
        {
            Question = Text(row, "benchmark"),
            Case = Text(row, "case"),
            Item = item,
            NanosecondsPerItem = row.GetProperty(timeKey).GetDouble(),
            ErrorNanoseconds = row.GetProperty("error_ns").GetDouble(),
            BytesAllocatedPerItem = row.GetProperty($"bytes_allocated_per_{item}").GetDouble(),
            Rounds = row.GetProperty("rounds").GetInt32(),
            VectorBits = row.GetProperty("vector_bits").GetInt32(),
            IsBaseline = row.GetProperty("baseline").GetBoolean(),
            Routes = row.TryGetProperty("routes", out JsonElement routes) ? routes.GetInt32() : 0,
        };
    }

    private static bool IsPer(JsonProperty pair, string prefix) =>
        pair.Name.StartsWith(prefix, StringComparison.Ordinal);

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? "";

    private static string Plural(string item) =>
        item.EndsWith('s') || item.EndsWith("sh", StringComparison.Ordinal) ? $"{item}es" : $"{item}s";

    /// <summary>Five digits are more than any of these figures has.</summary>
    private static void WriteFigure(Utf8JsonWriter json, string key, double value)
    {
        string text = value.ToString("G5", CultureInfo.InvariantCulture);
        json.WriteNumber(key, double.Parse(text, CultureInfo.InvariantCulture));
    }
}
