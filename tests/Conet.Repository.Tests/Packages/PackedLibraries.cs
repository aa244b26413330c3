using System.IO.Compression;
using System.Xml.Linq;

namespace Conet.Repository.Tests.Packages;

/// <summary>The packages of this checkout in a folder that is a feed; once for a class of tests.</summary>
public sealed class PackedLibraries : IDisposable
{
    public PackedLibraries()
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        foreach (string library in Names)
        {
            Tool pack = Tool.Run(
                "dotnet", "pack", Checkout.Full($"src/{library}/{library}.csproj"), "--no-build",
                "-c", configuration, "-o", Feed, "-v", "q", "-nologo", "-nodeReuse:false");
            Assert.True(pack.ExitCode == 0, pack.Output + pack.Error);
        }
    }

    public static IReadOnlyList<string> Names { get; } = ["Conet.Wire", "Conet.Routing", "Conet.Client"];

    /// <summary>The one place that says so.</summary>
    public static string Version { get; } = XDocument.Parse(Checkout.Read("Directory.Build.props"))
        .Descendants("Version").Single().Value;

    public string Feed { get; } = Directory.CreateTempSubdirectory("conet-feed-").FullName;

    public void Dispose() => Directory.Delete(Feed, recursive: true);

    /// <summary>What a package, or its symbols, holds.</summary>
    internal Dictionary<string, byte[]> Files(string library, string ending = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(Feed, $"{library}.{Version}.{ending}"));
        return archive.Entries.ToDictionary(entry => entry.FullName, Content);
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using MemoryStream content = new();
        using Stream stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
