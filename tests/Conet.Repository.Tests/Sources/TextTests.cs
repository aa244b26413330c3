using System.Text;

namespace Conet.Repository.Tests.Sources;

/// <summary>How text lies in its files: what an editor, a diff or a reader would trip over.</summary>
public sealed class TextTests
{
    private const int LineCharactersMax = 110;
    private const int FileLinesMax = 600;
    private const int FileBytesMax = 1 << 20;

    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Written by tools, which have their own idea of a line.</summary>
    private static readonly string[] _generated =
        ["Conet.sln", "packages.lock.json", "package-lock.json", "contracts/artifacts/",
            "contracts/snapshots/"];

    private static IEnumerable<string> TextFiles => Checkout.Files.Where(path =>
        !_generated.Any(path.Contains)
        && !path.StartsWith("fuzz/corpus/", StringComparison.Ordinal)
        && !path.StartsWith("fuzz/regressions/", StringComparison.Ordinal)
        && Checkout.IsText(Checkout.ReadBytes(path)));

    [Fact]
    public void Text_is_utf8_with_line_feeds_and_ends_with_one() => Findings.None(
        "Text files are UTF-8 without a byte order mark, have LF line ends and end with exactly one.",
        from path in TextFiles
        from offence in Offences(Checkout.ReadBytes(path))
        select $"{path}: {offence}");

    [Fact]
    public void Lines_have_no_trailing_blanks_and_no_tabs() => Findings.None(
        "No trailing blanks (but in Markdown, where two of them mean something); blanks in place of tabs.",
        from path in TextFiles
        let isMarkdown = path.EndsWith(".md", StringComparison.Ordinal)
        from line in Checkout.Lines(path).Index()
        where line.Item.Contains('\t') || (line.Item.EndsWith(' ') && !isMarkdown)
        select $"{path}:{line.Index + 1}");

    [Fact]
    public void Lines_of_code_fit_a_screen() => Findings.None(
        $"Lines of code have at most {LineCharactersMax} characters.",
        from path in Checkout.CodeFiles
        from line in Checkout.Lines(path).Index()
        where line.Item.Length > LineCharactersMax
        select $"{path}:{line.Index + 1}: {line.Item.Length}");

    [Fact]
    public void Files_of_code_can_be_read_at_one_sitting() => Findings.None(
        $"Files of code have at most {FileLinesMax} lines; split them by type or by topic.",
        from path in Checkout.CodeFiles
        let lines = Checkout.Lines(path).Length - 1
        where lines > FileLinesMax
        select $"{path}: {lines}");

    [Fact]
    public void No_file_is_large() => Findings.None(
        "No tracked file is larger than 1 MiB.",
        from path in Checkout.Files
        let bytes = new FileInfo(Checkout.Full(path)).Length
        where bytes > FileBytesMax
        select $"{path}: {bytes} bytes");

    [SkippableFact]
    public void Programs_that_people_start_are_executable()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no executable bit");
        Findings.None(
            "Scripts that begin with #! are executable unless a program reads them; see .ci/run and conet.",
            from path in Checkout.CodeFiles
            where Checkout.Read(path).StartsWith("#!", StringComparison.Ordinal)
            where (UnixMode(path) & UnixFileMode.UserExecute) == 0
            select $"{path}: chmod +x");
        Assert.All(["conet", ".ci/run"], path => Assert.StartsWith("#!", Checkout.Read(path)));
    }

    private static UnixFileMode UnixMode(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(Checkout.Full(path));

    private static IEnumerable<string> Offences(byte[] content)
    {
        if (content.Length == 0)
            yield break;
        if (content.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            yield return "byte order mark";
        if (content.AsSpan().Contains((byte)'\r'))
            yield return "carriage return";
        if (!IsUtf8(content))
            yield return "not UTF-8";
        if (content[^1] != '\n')
            yield return "no line feed at the end";
        else if (content.Length > 1 && content[^2] == '\n')
            yield return "blank lines at the end";
    }

    private static bool IsUtf8(byte[] content)
    {
        try
        {
            _strictUtf8.GetCharCount(content);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
