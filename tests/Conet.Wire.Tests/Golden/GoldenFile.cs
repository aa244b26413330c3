using System.Text;
using System.Text.Json;

namespace Conet.Wire.Tests.Golden;

/// <summary>
/// A file of tests/vectors: made anew from fixed seeds on every run and compared byte for byte with the one
/// in the repository. With CONET_WRITE_VECTORS=1 the file is written first.
/// </summary>
internal static class GoldenFile
{
    private const int BytesMax = 600 * 1024;

    private static readonly JsonWriterOptions _layout = new()
    {
        Indented = true,
        IndentSize = 1,
        NewLine = "\n",
    };

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public static void Verify(string name, Action<Utf8JsonWriter> write)
    {
        byte[] made = Make(write);
        Assert.InRange(made.Length, 1, BytesMax);
        string path = Path.Combine(Root, "tests", "vectors", name);
        if (Environment.GetEnvironmentVariable("CONET_WRITE_VECTORS") == "1")
            File.WriteAllBytes(path, made);
        Assert.True(File.Exists(path), $"{name} is missing; CONET_WRITE_VECTORS=1 writes it");
        byte[] kept = File.ReadAllBytes(path);
        if (!made.AsSpan().SequenceEqual(kept))
            Assert.Fail($"{name} is not what the code makes: {FirstDifference(kept, made)}");
    }

    private static byte[] Make(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, _layout))
            write(json);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static string FirstDifference(byte[] kept, byte[] made)
    {
        string[] before = Encoding.UTF8.GetString(kept).Split('\n');
        string[] now = Encoding.UTF8.GetString(made).Split('\n');
        int line = 0;
        while (line < before.Length && line < now.Length && before[line] == now[line])
            line++;
        return $"line {line + 1}: {LineOf(before, line)} became {LineOf(now, line)}";
    }

    private static string LineOf(string[] lines, int line) =>
        line < lines.Length ? lines[line].Trim() : "the end";

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Conet.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Conet.sln is in no folder above the test.");
    }
}
