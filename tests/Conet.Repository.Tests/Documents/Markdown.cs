using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Documents;

/// <summary>The parts of a Markdown page that tests look at: sections, tables, fenced blocks.</summary>
internal sealed partial class Markdown
{
    private readonly string[] _lines;

    public Markdown(string path) => _lines = Checkout.Lines(path);

    public string Text => string.Join('\n', _lines);

    [GeneratedRegex(@"^```(\w*)\s*$")]
    private static partial Regex Fence { get; }

    /// <summary>The lines below a heading that begins so, up to the next heading.</summary>
    public string[] Section(string heading)
    {
        int begin = Array.FindIndex(
            _lines, line => line.TrimStart('#', ' ').StartsWith(heading, StringComparison.Ordinal)
            && line.StartsWith('#'));
        Assert.True(begin >= 0, $"no section {heading}");
        return [.. _lines.Skip(begin + 1).TakeWhile(line => !line.StartsWith('#'))];
    }

    /// <summary>Cells of the rows of the first table in some lines, without its head.</summary>
    public static string[][] Table(IEnumerable<string> lines) =>
        [.. lines.SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];

    /// <summary>Insides of the fenced blocks of a language.</summary>
    public IEnumerable<string> Blocks(string language)
    {
        List<string>? open = null;
        bool isWanted = false;
        foreach (string line in _lines)
        {
            Match fence = Fence.Match(line);
            if (open is not null && fence.Success)
            {
                if (isWanted)
                    yield return string.Concat(open.Select(item => $"{item}\n"));
                open = null;
            }
            else if (fence.Success)
            {
                (open, isWanted) = ([], fence.Groups[1].Value == language);
            }
            else
            {
                open?.Add(line);
            }
        }
    }
}
