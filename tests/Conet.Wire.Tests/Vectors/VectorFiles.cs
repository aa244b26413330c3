using System.Text.Json;

namespace Conet.Wire.Tests.Vectors;

/// <summary>
/// Test vectors that nobody on this project wrote: in the folder named by CONET_VECTORS, or in shared/vectors
/// of a folder above this assembly. Where they are missing the test is skipped, with the reason.
/// </summary>
internal static class VectorFiles
{
    private const string Variable = "CONET_VECTORS";
    private const string Below = "shared/vectors";

    /// <summary>Reads a file such as "hpke/name.json"; skips the calling SkippableFact without it.</summary>
    public static JsonElement Read(string name)
    {
        string? folder = Folder();
        Skip.If(folder is null, $"No vectors: {Variable} is not set and no folder above has {Below}.");
        string path = Path.Combine(folder, name);
        Skip.IfNot(File.Exists(path), $"No vectors: {path} is missing.");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    /// <summary>The bytes of a property in hex, with or without 0x.</summary>
    public static byte[] Hex(this JsonElement element, string property)
    {
        string text = element.Text(property);
        return Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text);
    }

    /// <summary>A property that is text.</summary>
    public static string Text(this JsonElement element, string property) =>
        element.GetProperty(property).GetString()!;

    /// <summary>A property that is a whole number.</summary>
    public static int Number(this JsonElement element, string property) =>
        element.GetProperty(property).GetInt32();

    /// <summary>The tests of all groups of a Wycheproof file, each with its group.</summary>
    public static IEnumerable<(JsonElement Group, JsonElement Test)> WycheproofTests(this JsonElement file) =>
        from grouped in file.GetProperty("testGroups").EnumerateArray()
        from test in grouped.GetProperty("tests").EnumerateArray()
        select (grouped, test);

    private static string? Folder()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
            return named;
        DirectoryInfo? above = new(AppContext.BaseDirectory);
        for (; above is not null; above = above.Parent)
        {
            string candidate = Path.Combine(above.FullName, Below);
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
