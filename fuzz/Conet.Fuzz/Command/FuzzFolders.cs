using System.Security.Cryptography;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Command;

/// <summary>
/// Where inputs are kept: fuzz/corpus/TARGET, fuzz/regressions/TARGET, and artifacts/fuzz/TARGET for
/// findings.
/// </summary>
public sealed class FuzzFolders
{
    private readonly string _root;

    /// <summary>Folders under a root.</summary>
    public FuzzFolders(string root) => _root = Path.GetFullPath(root);

    /// <summary>Where children note their cases.</summary>
    public string Running => Path.Combine(_root, "artifacts", "fuzz", "running");

    /// <summary>
    /// The nearest folder at or above the working directory, then the program, that has a folder fuzz/corpus;
    /// else the working directory.
    /// </summary>
    public static FuzzFolders Find()
    {
        foreach (string start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
            {
                if (Directory.Exists(Path.Combine(at.FullName, "fuzz", "corpus")))
                    return new FuzzFolders(at.FullName);
            }
        }

        return new FuzzFolders(Environment.CurrentDirectory);
    }

    /// <summary>
    /// Committed inputs of a target to start from, regressions included, in the order of their names.
    /// </summary>
    public IReadOnlyList<string> InputsOf(string target) =>
        [.. FilesIn(Path.Combine(_root, "fuzz", "corpus", target)),
            .. FilesIn(Path.Combine(_root, "fuzz", "regressions", target))];

    /// <summary>
    /// Writes the input of a finding; a name by kind and content, so that the same one is one file.
    /// </summary>
    /// <returns>Its path, relative to the root where that is shorter.</returns>
    public string Save(string target, FuzzFinding finding)
    {
        string folder = Path.Combine(_root, "artifacts", "fuzz", target);
        Directory.CreateDirectory(folder);
        string hash = Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..12];
        string path = Path.Combine(folder, $"{finding.Kind.ToString().ToLowerInvariant()}-{hash}");
        File.WriteAllBytes(path, finding.Input);
        return Path.GetRelativePath(Environment.CurrentDirectory, path);
    }

    private static IEnumerable<string> FilesIn(string folder) => Directory.Exists(folder)
        ? Directory.GetFiles(folder).Order(StringComparer.Ordinal)
        : [];
}
