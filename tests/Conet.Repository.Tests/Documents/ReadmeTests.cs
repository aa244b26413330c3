using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Documents;

/// <summary>What README promises works: its samples are compiled programs, its verbs exist.</summary>
public sealed partial class ReadmeTests
{
    private const string Page = "README.md";
    private const string Sample = "samples/Forwarder/Program.cs";

    [GeneratedRegex("^  ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex OwnVerb { get; }

    [GeneratedRegex("(?:^  |   )([a-z]+)(?= |$)", RegexOptions.Multiline)]
    private static partial Regex ProgramVerb { get; }

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)")]
    private static partial Regex LocalLink { get; }

    public static TheoryData<string> Pages =>
        [.. Checkout.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal))];

    [SkippableFact]
    public void Samples_are_programs_that_are_built()
    {
        Skip.IfNot(Checkout.Has(Page), $"{Page} is not written yet");
        HashSet<string> programs = [.. Checkout.CSharpUnder("samples/").Select(Checkout.Read)];
        string[] shown = [.. new Markdown(Page).Blocks("csharp")];
        Assert.True(
            shown.Contains(Checkout.Read(Sample)),
            $"{Page} shows {Sample} in a ```csharp block, byte for byte");
        Findings.None(
            "Each ```csharp block of README.md is a file of samples/, byte for byte, so that it is compiled.",
            shown.Where(block => !programs.Contains(block)).Select(block => block.Split('\n')[0]));
    }

    [SkippableFact]
    public void Every_verb_is_documented()
    {
        string[] verbs = [.. Verbs()];
        Assert.All(["up", "test", "check", "node", "wallet", "send", "listen"], verb => Assert.Contains(
            verb, verbs));
        Skip.IfNot(Checkout.Has(Page), $"{Page} is not written yet");
        string text = Checkout.Read(Page);
        Findings.None(
            $"{Page} shows each verb of `./conet help`, after `conet` or at the head of a code span.",
            verbs.Where(verb => !Regex.IsMatch(text, $@"(?:conet |`){Regex.Escape(verb)}\b")));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        string folder = Path.GetDirectoryName(page) ?? "";
        Findings.None(
            "A link within the repository leads to a file or folder of it.",
            from match in LocalLink.Matches(Checkout.Read(page))
            let target = Path.GetFullPath(Path.Combine(Checkout.Root, folder, match.Groups[1].Value))
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{page}: {match.Groups[1].Value}");
    }

    /// <summary>First words: of each line in the first list, of each column in the second.</summary>
    private static IEnumerable<string> Verbs()
    {
        string[] lists = Tool.Run("sh", "conet", "help").Output.Split("Every other verb", 2);
        return OwnVerb.Matches(lists[0]).Concat(ProgramVerb.Matches(lists[1]))
            .Select(match => match.Groups[1].Value).Distinct();
    }
}
