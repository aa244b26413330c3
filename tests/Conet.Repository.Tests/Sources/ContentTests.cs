using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Sources;

/// <summary>What must not be written in any file: places of one machine, secrets, unfinished work.</summary>
public sealed partial class ContentTests
{
    private const string ThisFile = "tests/Conet.Repository.Tests/Sources/ContentTests.cs";

    [GeneratedRegex(@"(?<![\w.*~{}$)/-])/(work|root|home/\w+|Users/\w+|tmp/\w+)/|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath { get; }

    /// <summary>A lock or feed file that names a mirror works on one machine only.</summary>
    [GeneratedRegex(
        @"""resolved"":\s*""https?://(?!registry\.npmjs\.org/)|<add key=""\w+"" value=""http|^registry\s*=",
        RegexOptions.Multiline)]
    private static partial Regex OtherFeed { get; }

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_\w{30}|\bAKIA[0-9A-Z]{16}\b"
        + @"|\bnpm_\w{36}\b|_authToken|\bxox[bap]-\d|\bsk-[\w-]{24}")]
    private static partial Regex Secret { get; }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex Unfinished { get; }

    /// <summary>Names of feeds, keys and files that are never committed, whatever is in them.</summary>
    [GeneratedRegex(@"(^|/)(\.npmrc|\.env|nuget\.config|id_(rsa|ed25519)|.*\.(pfx|p12|pem|snk|user|suo))$",
        RegexOptions.IgnoreCase)]
    private static partial Regex PrivateFile { get; }

    [Fact]
    public void No_file_names_a_place_on_one_machine() =>
        NoMatch("Nothing tracked names a path of one machine.", Checkout.Files, MachinePath);

    [Fact]
    public void Packages_come_from_the_public_feeds() =>
        NoMatch("Nothing tracked names a package feed of its own.", Checkout.Files, OtherFeed);

    [Fact]
    public void No_file_holds_a_secret() => NoMatch("No keys, no tokens.", Checkout.Files, Secret);

    [Fact]
    public void No_private_file_is_tracked() => Findings.None(
        "Private by name; take it out, and out of the history.",
        Checkout.Files.Where(path => PrivateFile.IsMatch(path)));

    [Fact]
    public void Nothing_is_left_for_later() =>
        NoMatch("Finish it, or write it down where work is planned.", Checkout.CodeFiles, Unfinished);

    [Theory]
    [InlineData("see /home/alice/conet", true)]
    [InlineData("=/" + "root/key", true)]
    [InlineData("at /" + "work/main/src", true)]
    [InlineData("../" + "work/main", false)]
    [InlineData("$HOME/" + "root/b", false)]
    [InlineData("https://example.org/" + "work/", false)]
    public void Paths_of_a_machine_are_told_from_others(string text, bool isOffence) =>
        Assert.Equal(isOffence, MachinePath.IsMatch(text));

    [Theory]
    [InlineData("\"resolved\": \"https://npm.example.org/a.tgz\"", true)]
    [InlineData("\"resolved\": \"https://registry.npmjs.org/a.tgz\"", false)]
    [InlineData("\"resolved\": \"10.0.111\"", false)]
    public void Feeds_are_told_apart(string text, bool isOffence) =>
        Assert.Equal(isOffence, OtherFeed.IsMatch(text));

    private static void NoMatch(string rule, IEnumerable<string> files, Regex pattern) => Findings.None(
        rule,
        from path in files
        where path != ThisFile && Checkout.IsText(Checkout.ReadBytes(path))
        from line in Checkout.Lines(path).Index()
        where pattern.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {Short(line.Item.Trim())}");

    private static string Short(string line) => line.Length <= 80 ? line : line[..80];
}
