using System.Globalization;
using System.Text.Json;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// Bytes as lower-case hex without a prefix; 64-bit numbers as decimal text, which every JSON reader keeps.
/// </summary>
internal static class GoldenJson
{
    public static void Hex(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes) =>
        json.WriteString(name, Convert.ToHexStringLower(bytes));

    public static void HexOrNull(this Utf8JsonWriter json, string name, byte[]? bytes)
    {
        if (bytes is null)
            json.WriteNull(name);
        else
            json.Hex(name, bytes);
    }

    public static void Decimal(this Utf8JsonWriter json, string name, ulong value) =>
        json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    public static void List<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
