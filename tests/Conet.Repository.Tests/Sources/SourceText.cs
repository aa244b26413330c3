namespace Conet.Repository.Tests.Sources;

/// <summary>
/// C# text taken apart as far as these tests need: the same text with comments and the insides of literals
/// blanked (so that places and line numbers stay), and the comments on their own.
/// </summary>
internal sealed class SourceText
{
    private readonly string _text;
    private readonly char[] _code;
    private readonly List<SourceComment> _comments = [];
    private int _at;
    private int _line = 1;

    private SourceText(string text)
    {
        _text = text;
        _code = text.ToCharArray();
    }

    /// <summary>The text with blanks in place of comments and of what stands inside literals.</summary>
    public string Code => new(_code);

    /// <summary>Comments in order; a // comment is one line.</summary>
    public IReadOnlyList<SourceComment> Comments => _comments;

    public static SourceText Of(string text)
    {
        SourceText source = new(text);
        source.Scan(stopAtBrace: false);
        return source;
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Step(bool blank)
    {
        if (_text[_at] == '\n')
            _line++;
        else if (blank)
            _code[_at] = ' ';
        _at++;
    }

    /// <summary>Code, up to the end or to the brace that closes a hole of an interpolated string.</summary>
    private void Scan(bool stopAtBrace)
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            char next = Peek();
            if (next == '/' && Peek(1) == '/')
                LineComment();
            else if (next == '/' && Peek(1) == '*')
                BlockComment();
            else if (next == '\'')
                Quoted('\'', isVerbatim: false, isInterpolated: false);
            else if (next is '"' or '$' or '@' && TryString())
                continue;
            else if (stopAtBrace && next == '}' && depth == 0)
                return;
            else
                depth += CountAndStep(next);
        }
    }

    private int CountAndStep(char next)
    {
        Step(blank: false);
        return next == '{' ? 1 : next == '}' ? -1 : 0;
    }

    private void LineComment()
    {
        int begin = _at;
        int line = _line;
        while (_at < _text.Length && Peek() != '\n')
            Step(blank: true);
        _comments.Add(new SourceComment(line, _text[begin.._at]));
    }

    private void BlockComment()
    {
        int begin = _at;
        int line = _line;
        while (_at < _text.Length && !(Peek() == '*' && Peek(1) == '/'))
            Step(blank: true);
        for (int i = 0; i < 2 && _at < _text.Length; i++)
            Step(blank: true);
        _comments.Add(new SourceComment(line, _text[begin.._at]));
    }

    /// <summary>
    /// A string at this place, with whatever stands before its quotes. False if there is none.
    /// </summary>
    private bool TryString()
    {
        int ahead = 0;
        int dollars = 0;
        bool isVerbatim = false;
        for (; Peek(ahead) is '$' or '@'; ahead++)
        {
            dollars += Peek(ahead) == '$' ? 1 : 0;
            isVerbatim |= Peek(ahead) == '@';
        }

        if (Peek(ahead) != '"')
            return false;
        for (int i = 0; i < ahead; i++)
            Step(blank: false);
        int quotes = 0;
        while (Peek(quotes) == '"')
            quotes++;
        if (quotes >= 3 && !isVerbatim)
            Raw(quotes, dollars);
        else
            Quoted('"', isVerbatim, dollars > 0);
        return true;
    }

    private void Quoted(char quote, bool isVerbatim, bool isInterpolated)
    {
        Step(blank: false);
        while (_at < _text.Length)
        {
            char next = Peek();
            bool isPair = (next == '\\' && !isVerbatim)
                || (isVerbatim && next == quote && Peek(1) == quote)
                || (isInterpolated && next is '{' or '}' && Peek(1) == next);
            if (isPair && _at + 1 < _text.Length)
            {
                Step(blank: true);
                Step(blank: true);
            }
            else if (next == quote)
            {
                Step(blank: false);
                return;
            }
            else if (isInterpolated && next == '{')
            {
                Hole(1);
            }
            else
            {
                Step(blank: true);
            }
        }
    }

    private void Raw(int quotes, int dollars)
    {
        for (int i = 0; i < quotes; i++)
            Step(blank: false);
        while (_at < _text.Length)
        {
            if (Run('"') >= quotes)
            {
                for (int i = Run('"'); i > 0; i--)
                    Step(blank: false);
                return;
            }

            int braces = Run('{');
            if (dollars > 0 && braces >= dollars)
            {
                for (int i = braces; i > dollars; i--)
                    Step(blank: true);
                Hole(dollars);
            }
            else
            {
                Step(blank: true);
            }
        }
    }

    private int Run(char of)
    {
        int length = 0;
        while (Peek(length) == of)
            length++;
        return length;
    }

    private void Hole(int braces)
    {
        for (int i = 0; i < braces; i++)
            Step(blank: true);
        Scan(stopAtBrace: true);
        for (int i = 0; i < braces && _at < _text.Length; i++)
            Step(blank: true);
    }
}
