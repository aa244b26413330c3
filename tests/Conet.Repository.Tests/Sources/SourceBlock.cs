using System.Text.RegularExpressions;

namespace Conet.Repository.Tests.Sources;

/// <summary>
/// A type or a member: from the line of its header to the line of its closing brace or semicolon.
/// </summary>
internal sealed partial record SourceBlock(
    bool IsType, string Name, string Header, int Depth, int FirstLine, int LastLine)
{
    public int Lines => LastLine - FirstLine + 1;

    [GeneratedRegex(
        @"^\s*(?:\[[^\]]*\]\s*)*"
        + "(?:(?:public|internal|private|protected|file|static|sealed|abstract|readonly|ref|unsafe|partial)"
        + @"\s+)*"
        + @"(?<kind>class|struct|interface|enum|record(?:\s+(?:struct|class))?|delegate)\b\s+(?<rest>[^=]*)")]
    private static partial Regex TypeHeader { get; }

    [GeneratedRegex(@"(?<name>[A-Za-z_]\w*)\s*(?:<[^()]*>)?\s*\(")]
    private static partial Regex MemberName { get; }

    /// <summary>
    /// Types and their members. What stands inside a member (lambdas, local functions, initialisers) belongs
    /// to the member.
    /// </summary>
    public static List<SourceBlock> Of(string code)
    {
        List<SourceBlock> found = [];
        Stack<SourceBlock> open = new();
        int line = 1;
        int inner = 0;
        int begin = 0;
        int beginLine = 1;
        bool isFresh = true;
        for (int at = 0; at < code.Length; at++)
        {
            char next = code[at];
            if (isFresh && !char.IsWhiteSpace(next))
                (isFresh, begin, beginLine) = (false, at, line);
            bool isInMember = open.Count > 0 && !open.Peek().IsType;
            if (next == '\n')
            {
                line++;
            }
            else if (next == '{' && isInMember)
            {
                inner++;
            }
            else if (next == '{')
            {
                open.Push(Begin(code[begin..at], open.Count, beginLine));
                isFresh = true;
            }
            else if (next == '}' && isInMember && inner > 0)
            {
                inner--;
            }
            else if (next == '}' && open.Count > 0)
            {
                found.Add(open.Pop() with { LastLine = line });
                isFresh = true;
            }
            else if (next == ';' && !isInMember)
            {
                if (!isFresh)
                    found.Add(Begin(code[begin..at], open.Count, beginLine) with { LastLine = line });
                isFresh = true;
            }
        }

        return found;
    }

    private static SourceBlock Begin(string header, int depth, int line)
    {
        Match type = TypeHeader.Match(header);
        string name = type.Success
            ? MemberOrTypeName(type.Groups["kind"].Value, type.Groups["rest"].Value)
            : MemberName.Match(header) is { Success: true } member
            ? member.Groups["name"].Value
            : header.Trim();
        return new SourceBlock(type.Success, name, header, depth, line, line);
    }

    private static string MemberOrTypeName(string kind, string rest) =>
        kind == "delegate"
            ? MemberName.Match(rest).Groups["name"].Value
            : new string([.. rest.TakeWhile(c => char.IsLetterOrDigit(c) || c == '_')]);
}
