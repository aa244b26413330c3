namespace Conet.Repository.Tests;

/// <summary>The files of this repository: what git tracks, or would, once added.</summary>
internal static class Checkout
{
    private static readonly Lazy<string> _root = new(FindRoot);
    private static readonly Lazy<IReadOnlyList<string>> _files = new(ListFiles);
    private static readonly string[] _codeEndings = [".cs", ".sol", ".sh", ".mjs"];

    /// <summary>The folder that holds Conet.sln.</summary>
    public static string Root => _root.Value;

    /// <summary>Paths below the root, with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files => _files.Value;

    /// <summary>
    /// Source text that people write: C#, Solidity, scripts; not lock files or exported JSON.
    /// </summary>
    public static IEnumerable<string> CodeFiles => Files.Where(IsCode);

    public static IEnumerable<string> CSharpFiles =>
        Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> CSharpUnder(string folder) =>
        CSharpFiles.Where(path => path.StartsWith(folder, StringComparison.Ordinal));

    public static IEnumerable<string> Projects =>
        Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Full(string path) => Path.Combine(Root, path);

    public static bool Has(string path) => File.Exists(Full(path));

    public static string Read(string path) => File.ReadAllText(Full(path));

    public static byte[] ReadBytes(string path) => File.ReadAllBytes(Full(path));

    /// <summary>False for files that hold a zero byte early: images, corpora.</summary>
    public static bool IsText(byte[] content) =>
        content.AsSpan(0, Math.Min(content.Length, 8_000)).IndexOf((byte)0) < 0;

    /// <summary>Lines without their ends.</summary>
    public static string[] Lines(string path) => Read(path).Split('\n');

    private static bool IsCode(string path) =>
        path is "conet" or ".ci/run" or "contracts/solc-shim"
        || _codeEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(
            AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Conet.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No folder above the test assembly holds Conet.sln.");
    }

    private static List<string> ListFiles()
    {
        // safe.directory: a checkout in a container often belongs to another user.
        Tool git = Tool.Run(
            "git", "-c", "safe.directory=*", "-C", Root, "-c", "core.quotePath=off", "ls-files", "-z", "-c",
            "-o",
            "--exclude-standard");
        Assert.True(git.ExitCode == 0, $"git ls-files failed: {git.Error}");
        List<string> files = [.. git.Output
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal)
            .Where(Has)
            .Order(StringComparer.Ordinal)];
        Assert.True(files.Count > 100, $"git lists only {files.Count} files");
        return files;
    }
}
