using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conet.Host.Commands;

/// <summary>
/// What a command says: on standard output either lines for a person or, with --json, one object a
/// line; on standard error whatever is not its result. Text that came from others is made harmless
/// for a terminal. Any thread.
/// </summary>
internal sealed class CommandOutput(TextWriter output, TextWriter error, bool isJson)
{
    private readonly Lock _gate = new();

    public bool IsJson { get; } = isJson;

    /// <summary>True if a person looks on, so that progress may be drawn over itself.</summary>
    public bool IsInteractive { get; } = !isJson && !Console.IsErrorRedirected;

    /// <summary>A line of the result, for a person alone.</summary>
    public void Line(string text)
    {
        if (IsJson)
            return;
        lock (_gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    /// <summary>A line that is not the result.</summary>
    public void Note(string text)
    {
        lock (_gate)
            error.WriteLine("conet: " + text);
    }

    /// <summary>Draws a line of progress over the last one; nothing unless a person looks on.</summary>
    public void Progress(string text)
    {
        if (!IsInteractive)
            return;
        lock (_gate)
        {
            error.Write("\r\u001b[K" + text);
            error.Flush();
        }
    }

    /// <summary>Ends a line of progress.</summary>
    public void EndProgress() => Progress(string.Empty);

    /// <summary>An object of the result, for a program alone.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        if (!IsJson)
            return;
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        lock (_gate)
        {
            output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            output.Flush();
        }
    }

    /// <summary>
    /// The text with everything that moves a cursor, colours or hides escaped; line breaks stay if asked.
    /// </summary>
    public static string Harmless(string text, bool keepLines = false)
    {
        StringBuilder safe = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isLine = keepLines && rune.Value is '\n' or '\t';
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool isHarmful = category is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse;
            if (isHarmful && !isLine)
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                safe.Append(rune);
        }

        return safe.ToString();
    }
}
