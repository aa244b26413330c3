using System.Text.Json;
using Conet.Routing.Chain;

namespace Conet.Routing.Tests;

/// <summary>
/// Test vectors that others wrote: in the folder of CONET_VECTORS, or in shared/vectors beside the
/// repository. Tests that do not find them are skipped, with the reason.
/// </summary>
internal static class Vectors
{
    private static readonly string? _root = Locate();

    public static JsonElement[] Read(string file)
    {
        Skip.If(_root is null, "No test vectors: set CONET_VECTORS, or put them into ../shared/vectors.");
        string path = Path.Combine(_root!, "ethereum", file);
        Skip.IfNot(File.Exists(path), $"No test vectors: {file} is not in the folder of vectors.");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    public static string Text(this JsonElement element, string name) =>
        element.GetProperty(name).GetString()!;

    public static byte[] Bytes(this JsonElement element, string name) => Bytes(element.Text(name));

    public static byte[] Bytes(string hex) =>
        HexText.TryReadData(hex.AsSpan(), ChainLimits.AnswerBytesMax, out byte[] bytes)
            ? bytes
            : throw new FormatException("Not hexadecimal: " + hex);

    private static string? Locate()
    {
        if (Environment.GetEnvironmentVariable("CONET_VECTORS") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "vectors");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
