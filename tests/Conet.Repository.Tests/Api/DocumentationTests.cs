using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Conet.Repository.Tests.Api;

/// <summary>
/// Public types and members have documentation. The compiler demands it (CS1591 as an error); here is tested
/// that nobody told it not to, and that what it accepts says something.
/// </summary>
public sealed partial class DocumentationTests
{
    [GeneratedRegex(@"CS1591|NoWarn>.*1591|GenerateDocumentationFile>\s*false")]
    private static partial Regex Silenced { get; }

    public static TheoryData<string> Assemblies => [.. PublicApi.Assemblies.Keys];

    [Fact]
    public void Nobody_silences_the_compiler()
    {
        Assert.Contains("<GenerateDocumentationFile>true", Checkout.Read("Directory.Build.props"));
        Findings.None(
            "Write the comment in place of switching CS1591 off.",
            from path in Checkout.Files
            where path.StartsWith("src/", StringComparison.Ordinal) || !path.Contains('/')
            where Checkout.IsText(Checkout.ReadBytes(path)) && Silenced.IsMatch(Checkout.Read(path))
            select path);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Comments_are_not_empty(string assembly)
    {
        string file = Path.ChangeExtension(PublicApi.Assemblies[assembly].Location, ".xml");
        XElement[] members = [.. XDocument.Load(file).Descendants("member")];
        Assert.NotEmpty(members);
        Findings.None(
            "A documentation comment says what the name does not.",
            from member in members
            let summary = member.Element("summary")
            where member.Element("inheritdoc") is null && member.Element("param") is null
            where summary is null || (string.IsNullOrWhiteSpace(summary.Value) && !summary.HasElements)
            select (string)member.Attribute("name")!);
    }
}
