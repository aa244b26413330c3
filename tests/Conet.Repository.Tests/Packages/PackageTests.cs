using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using Conet.Repository.Tests.Samples;

namespace Conet.Repository.Tests.Packages;

/// <summary>`dotnet pack` makes what another node's author needs, and projects elsewhere use it.</summary>
public sealed class PackageTests(PackedLibraries packed) : IClassFixture<PackedLibraries>
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <UseAppHost>false</UseAppHost>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Conet.Wire" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    private const string Sources = """
        <configuration>
          <packageSources><clear /><add key="local" value="FEED" /></packageSources>
          <fallbackPackageFolders><clear /></fallbackPackageFolders>
          <config><add key="globalPackagesFolder" value="PACKAGES" /></config>
        </configuration>
        """;

    public static TheoryData<string> Libraries => [.. PackedLibraries.Names];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_says_what_it_is_and_holds_documentation_readme_and_symbols(string library)
    {
        Dictionary<string, byte[]> files = packed.Files(library);
        XElement metadata = Metadata(library, files);
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal(library, Value("id"));
        Assert.Equal(PackedLibraries.Version, Value("version"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("authors"));
        Assert.NotEmpty(Value("tags"));
        Assert.True(Value("description").Length > 40, "a description that describes");
        Assert.StartsWith($"# {library}", Encoding.UTF8.GetString(files["README.md"]));
        Assert.Contains($"lib/net10.0/{library}.dll", files.Keys);
        Assert.Contains("<summary>", Encoding.UTF8.GetString(files[$"lib/net10.0/{library}.xml"]));
        Assert.Contains($"lib/net10.0/{library}.pdb", packed.Files(library, "snupkg").Keys);
    }

    [Theory]
    [InlineData("Conet.Wire")]
    [InlineData("Conet.Routing", "Conet.Wire")]
    [InlineData("Conet.Client", "Conet.Routing")]
    public void A_package_needs_no_other_than_ours_of_the_same_version(string library, params string[] needs)
    {
        XElement metadata = Metadata(library, packed.Files(library));
        Assert.Equal(
            needs.Select(need => (need, PackedLibraries.Version)),
            metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
                .Select(found => ((string)found.Attribute("id")!, (string)found.Attribute("version")!)));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void What_is_built_can_be_built_again_and_does_not_tell_where_it_was_built(string library)
    {
        using PEReader assembly = new(new MemoryStream(packed.Files(library)[$"lib/net10.0/{library}.dll"]));
        Assert.Contains(
            assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        byte[] symbols = packed.Files(library, "snupkg")[$"lib/net10.0/{library}.pdb"];
        using MetadataReaderProvider provider =
            MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        MetadataReader reader = provider.GetMetadataReader();
        string[] sources = [.. reader.Documents.Select(
            handle => reader.GetString(reader.GetDocument(handle).Name).Replace('\\', '/'))];
        Assert.NotEmpty(sources);
        Assert.All(sources, path => Assert.StartsWith("/_/", path));
    }

    [Fact]
    public void Only_the_libraries_are_packed()
    {
        Findings.None(
            "IsPackable is false in Directory.Build.props, true in the libraries, and set nowhere else.",
            from path in Checkout.Projects
            let isPacked = XDocument.Parse(Checkout.Read(path)).Descendants("IsPackable")
                .Any(element => element.Value == "true")
            where isPacked != PackedLibraries.Names.Any(name => path == $"src/{name}/{name}.csproj")
            select path);
        Findings.None(
            "The version stands in Directory.Build.props.",
            Checkout.Projects.Where(path =>
                XDocument.Parse(Checkout.Read(path)).Descendants("Version").Any()));
    }

    [SkippableFact]
    public void A_project_elsewhere_forwards_cells_with_the_package_alone_and_no_native_library()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what a process has loaded is read from /proc");
        string folder = Directory.CreateTempSubdirectory("conet-embed-").FullName;
        try
        {
            File.WriteAllText(
                Path.Combine(folder, "Embed.csproj"), Project.Replace("VERSION", PackedLibraries.Version));
            File.WriteAllText(
                Path.Combine(folder, "nuget.config"),
                Sources.Replace("FEED", packed.Feed).Replace("PACKAGES", Path.Combine(folder, "packages")));
            File.Copy(Checkout.Full("samples/Forwarder/Program.cs"), Path.Combine(folder, "Program.cs"));
            Tool build = Tool.Run(
                "dotnet", "build", Path.Combine(folder, "Embed.csproj"), "-o", Path.Combine(folder, "out"),
                "-v", "q", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
                $"-p:RestorePackagesPath={Path.Combine(folder, "packages")}");
            Assert.True(build.ExitCode == 0, build.Output + build.Error);
            Assert.Equal(
                ["conet.wire"], Directory.GetDirectories(Path.Combine(folder, "packages"))
                    .Select(path => Path.GetFileName(path)));
            Run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(string folder)
    {
        using Neighbours neighbours = new(3, seed: 5);
        using RunningSample program = SampleTests.Forward(
            neighbours, Path.Combine(folder, "routes"), file => new RunningSample(
                Path.Combine(folder, "out", "Embed.dll"), file, "127.0.0.1:0", "127.0.0.1:0"));
        string loaded = File.ReadAllText($"/proc/{program.Id}/maps");
        Assert.Contains("Conet.Wire.dll", loaded);
        Assert.DoesNotContain("libsodium", loaded);
        Assert.DoesNotContain("libsecp256k1", loaded);
        Assert.Equal(0, program.Interrupt());
    }

    private static XElement Metadata(string library, Dictionary<string, byte[]> files) =>
        XDocument.Load(new MemoryStream(files[$"{library}.nuspec"])).Root!.Elements().First();
}
