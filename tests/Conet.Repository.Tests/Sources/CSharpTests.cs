using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Sources;

/// <summary>
/// The shape of C# files. STYLE: one file per type, named after it. Beside it may stand companions of at most
/// 45 lines that make sense only with it (the parts of its value, its verdict, its exception), at most three,
/// and the cases of a closed hierarchy, of any length. In tests the fixtures of a file may be longer.
/// </summary>
public sealed partial class CSharpTests
{
    private const int FunctionLinesMax = 70;
    private const int CompanionLinesMax = 45;
    private const int CompanionsMax = 3;

    private static readonly Lazy<IReadOnlyDictionary<string, SourceText>> _sources = new(() =>
        Checkout.CSharpFiles.ToDictionary(path => path, path => SourceText.Of(Checkout.Read(path))));

    [GeneratedRegex(@"^namespace (Conet[\w.]*|\w+);", RegexOptions.Multiline)]
    private static partial Regex FileNamespace { get; }

    [GeneratedRegex(@"^New(?=[A-Z0-9]|$)|(?<=[a-z])V\d+$|(Helper|Util|Utility|Manager)s?$")]
    private static partial Regex EmptyName { get; }

    [GeneratedRegex(@"[;{}]\s*$|^\s*(if|for|foreach|while|return|var|await|throw|using)\b.*[;({]\s*$")]
    private static partial Regex CodeInComment { get; }

    [Fact]
    public void Namespaces_are_file_scoped_and_follow_the_folders() => Findings.None(
        "One file-scoped namespace a file: project and folders, or fewer of them; sources that "
            + "several test projects compile have one of their own.",
        from path in Checkout.CSharpFiles
        where Path.GetFileName(path) != "Program.cs" && Blocks(path).Any(block => block.IsType)
        let found = FileNamespace.Match(_sources.Value[path].Code).Groups[1].Value
        let folders = Namespace(path)
        where found != folders && !folders.StartsWith($"{found}.", StringComparison.Ordinal)
        where !path.StartsWith("tests/", StringComparison.Ordinal) || found.Length == 0
        select $"{path}: namespace {folders};");

    [Fact]
    public void A_file_holds_the_type_it_is_named_after() => Findings.None(
        $"A file has the type it is named after and {CompanionsMax} companions of {CompanionLinesMax} lines.",
        from path in Checkout.CSharpFiles
        let types = Blocks(path).Where(block => block is { IsType: true, Depth: 0 }).ToArray()
        where types.Length > 0 && Path.GetFileName(path) != "Program.cs"
        from offence in Grouping(path, Path.GetFileNameWithoutExtension(path).Split('.')[0], types)
        select $"{path}: {offence}");

    [Fact]
    public void Functions_fit_a_screen() => Findings.None(
        $"Functions have at most {FunctionLinesMax} lines; ifs up, fors down.",
        from path in Checkout.CSharpFiles
        from block in Blocks(path)
        where !block.IsType && block.Lines > FunctionLinesMax && !IsTable(block)
        select $"{path}:{block.FirstLine}: {block.Name} has {block.Lines}");

    [Fact]
    public void Names_say_what_a_thing_is() => Findings.None(
        "No type, method or file is named New..., ...V2, ...Helper, ...Util or ...Manager.",
        from path in Checkout.CSharpFiles
        from name in Blocks(path).Select(block => block.Name).Append(Path.GetFileNameWithoutExtension(path))
        where EmptyName.IsMatch(name)
        select $"{path}: {name}");

    [Fact]
    public void No_code_is_commented_out() => Findings.None(
        "A comment that ends like a statement is code; version control remembers it.",
        from path in Checkout.CSharpFiles
        from comment in _sources.Value[path].Comments
        where !comment.IsDocumentation && CodeInComment.IsMatch(comment.Text.TrimStart('/'))
        select $"{path}:{comment.Line}: {comment.Text}");

    [Fact]
    public void Types_in_src_say_what_they_are_for() => Findings.None(
        "Each type of src/, also an internal one, has a documentation comment.",
        from path in Checkout.CSharpUnder("src/")
        let documented = _sources.Value[path].Comments.Where(comment => comment.IsDocumentation)
            .Select(comment => comment.Line).ToHashSet()
        from type in Blocks(path)
        where type is { IsType: true, Depth: 0 } && !documented.Contains(type.FirstLine - 1)
        select $"{path}:{type.FirstLine}: {type.Name}");

    [Fact]
    public void The_scanner_sees_blocks_and_not_what_stands_in_literals()
    {
        const string text = """"
            namespace A; // class No { }
            [X("a{b")]
            public sealed unsafe class B<T>(int c) where T : struct
            {
                private const string D = """{ " }""" + $"{"}"}{{" + @"\" + '{';
                public int E => F(x => { return x; }) switch { 1 => 2, _ => 3 };

                internal void F()
                {
                    if (true) { G(); }
                }
            }
            public enum H { I }
            """";
        SourceBlock[] blocks = [.. SourceBlock.Of(SourceText.Of(text).Code)];
        Assert.Equal(["B", "H"], blocks.Where(block => block.IsType).Select(block => block.Name));
        SourceBlock method = Assert.Single(blocks, block => block.Name == "F" && block.Lines > 1);
        Assert.Equal((8, 11), (method.FirstLine, method.LastLine));
    }

    [Theory]
    [InlineData("NewThing", true)]
    [InlineData("CellV2", true)]
    [InlineData("StringUtils", true)]
    [InlineData("NewestBlock", false)]
    [InlineData("Ipv4", false)]
    [InlineData("V4", false)]
    [InlineData("Utilisation", false)]
    public void Empty_names_are_told_from_others(string name, bool isEmpty) =>
        Assert.Equal(isEmpty, EmptyName.IsMatch(name));

    private static List<SourceBlock> Blocks(string path) => SourceBlock.Of(_sources.Value[path].Code);

    private static string Namespace(string path)
    {
        string[] parts = path.Split('/');
        int project = Array.FindIndex(parts, part => part.StartsWith("Conet.", StringComparison.Ordinal));
        return project < 0 ? parts[^2] : string.Join('.', parts[project..^1]);
    }

    private static IEnumerable<string> Grouping(string path, string name, SourceBlock[] types)
    {
        if (!types.Any(type => type.Name == name))
            yield return $"no type {name}";
        SourceBlock[] companions = [.. types.Where(type => type.Name != name && !IsCase(type, name))];
        if (companions.Length > CompanionsMax)
            yield return $"{companions.Length} companions";
        foreach (SourceBlock companion in companions)
        {
            if (companion.Lines > CompanionLinesMax && !path.StartsWith("tests/", StringComparison.Ordinal))
                yield return $"{companion.Name} has {companion.Lines} lines: give it a file";
        }
    }

    private static bool IsCase(SourceBlock type, string name) =>
        Regex.IsMatch(type.Header, $@"(?<!:):\s*{Regex.Escape(name)}\b");

    /// <summary>An initialiser: rows of data, not steps.</summary>
    private static bool IsTable(SourceBlock block) =>
        block.Header.Contains('=') && !block.Header.Contains("=>") && !block.Header.Contains('(');
}
