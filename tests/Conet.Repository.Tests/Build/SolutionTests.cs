using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Conet.Repository.Tests.Build;

/// <summary>One build policy for all projects, and every project in the solution.</summary>
public sealed partial class SolutionTests
{
    private static readonly Dictionary<string, string> _policy = new()
    {
        ["Nullable"] = "enable",
        ["TreatWarningsAsErrors"] = "true",
        ["Deterministic"] = "true",
        ["RestorePackagesWithLockFile"] = "true",
        ["UseArtifactsOutput"] = "true",
        ["InvariantGlobalization"] = "true",
    };

    [GeneratedRegex(@"""([^""]+\.csproj)""")]
    private static partial Regex ProjectInSolution { get; }

    [Fact]
    public void The_solution_holds_every_project()
    {
        string[] listed = [.. ProjectInSolution.Matches(Checkout.Read("Conet.sln"))
            .Select(match => match.Groups[1].Value.Replace('\\', '/')).Order(StringComparer.Ordinal)];
        Assert.Equal(Checkout.Projects, listed);
    }

    [Fact]
    public void Every_project_has_a_lock_file() => Findings.None(
        "Restore with -p:RestoreLockedMode=false --force-evaluate and commit packages.lock.json.",
        from path in Checkout.Projects
        where !Checkout.Has($"{Path.GetDirectoryName(path)}/packages.lock.json")
        select path);

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
    {
        Findings.None(
            "Package versions belong into Directory.Packages.props.",
            from path in Checkout.Projects
            from reference in XDocument.Parse(Checkout.Read(path)).Descendants("PackageReference")
            where reference.Attribute("Version") is not null
                || reference.Attribute("VersionOverride") is not null
            select $"{path}: {(string?)reference.Attribute("Include")}");
        XElement[] versions =
            [.. XDocument.Parse(Checkout.Read("Directory.Packages.props")).Descendants("PackageVersion")];
        Assert.NotEmpty(versions);
        Findings.None(
            "Versions are exact: no ranges, no wildcards.",
            from version in versions
            where !Regex.IsMatch((string?)version.Attribute("Version") ?? "", @"^\d+\.\d+\.\d+$")
            select version.ToString());
    }

    [Fact]
    public void The_build_policy_stands()
    {
        XDocument props = XDocument.Parse(Checkout.Read("Directory.Build.props"));
        foreach ((string name, string value) in _policy)
            Assert.Contains(props.Descendants(name), element => element.Value == value);
        Assert.Matches(@"^\d+\.\d$", Assert.Single(props.Descendants("LangVersion")).Value);
        Assert.Contains("\"version\": \"10.0.", Checkout.Read("global.json"));
    }

    [Fact]
    public void No_project_leaves_the_policy() => Findings.None(
        "Set in Directory.Build.props, for all.",
        from path in Checkout.Projects
        from name in _policy.Keys.Append("LangVersion").Append("TargetFramework")
        where XDocument.Parse(Checkout.Read(path)).Descendants(name).Any()
        select $"{path}: {name}");
}
