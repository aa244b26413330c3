using System.Text;
using Conet.Fuzz.Core;

namespace Conet.Fuzz.Targets;

/// <summary>
/// Changes that keep most of a JSON text JSON: other values, fields twice or gone, deep nesting, escapes.
/// </summary>
internal static class JsonChanges
{
    public static readonly byte[][] Tokens =
    [
        .. ((string[])["null", "true", "false", "0", "-1", "1e999", "18446744073709551616", "\"\"", "\"0x\"",
            "\"0x0\"", "\"0x00\"", "{}", "[]", ",", ":", "\"", "\\u0000", "\\ud800", "\\u0030x", "[[[[[[[[",
            "{\"a\":", "//", "/**/", "\u00A0", "0x", "ffffffffffffffff", "\n"])
            .Select(Encoding.UTF8.GetBytes),
    ];

    public static bool TryMutate(FuzzBuffer input, FuzzRandom random)
    {
        if (!TryFindValue(input.Bytes, random, out int start, out int length))
            return false;
        switch (random.Below(8))
        {
            case 0:
                input.Replace(start, length, random.Pick(Tokens));
                break;
            case 1:
                input.Insert(start + length, [(byte)',', .. input.Bytes.Slice(start, length)]);
                break;
            case 2:
                input.Remove(start, length);
                break;
            case 3:
                Wrap(input, start, length, random);
                break;
            case 4:
                Escape(input, start, length, random);
                break;
            case 5:
                ChangeDigit(input.Bytes.Slice(start, length), random);
                break;
            case 6:
                TryRepeatField(input, start, length, random);
                break;
            default:
                Stretch(input, start, length, random);
                break;
        }

        return true;
    }

    /// <summary>Some string, number or word of the text.</summary>
    private static bool TryFindValue(
        ReadOnlySpan<byte> text, FuzzRandom random, out int start, out int length)
    {
        start = random.Below(text.Length);
        length = 0;
        for (; start < text.Length; start++)
        {
            if (text[start] == (byte)'"')
            {
                int close = text[(start + 1)..].IndexOf((byte)'"');
                length = close < 0 ? text.Length - start : close + 2;
                return true;
            }

            if (!char.IsAsciiLetterOrDigit((char)text[start]))
                continue;
            while (start + length < text.Length && char.IsAsciiLetterOrDigit((char)text[start + length]))
                length++;
            return true;
        }

        return false;
    }

    private static void Wrap(FuzzBuffer input, int start, int length, FuzzRandom random)
    {
        int depth = 1 + random.Small(70);
        byte[] value = input.Bytes.Slice(start, length).ToArray();
        byte[] open = [.. Enumerable.Repeat((byte)'[', depth)];
        byte[] close = [.. Enumerable.Repeat((byte)']', depth)];
        input.Replace(start, length, [.. open, .. value, .. close]);
    }

    private static void Escape(FuzzBuffer input, int start, int length, FuzzRandom random)
    {
        int at = start + random.Below(length);
        byte[] escaped = Encoding.ASCII.GetBytes($"\\u{(int)input.Bytes[at]:x4}");
        input.Replace(at, 1, escaped);
    }

    private static void ChangeDigit(Span<byte> value, FuzzRandom random) =>
        value[random.Below(value.Length)] = "0123456789abcdefxXgG-+.eE \\"u8[random.Below(27)];

    /// <summary>Writes the field that the value belongs to once more.</summary>
    private static void TryRepeatField(FuzzBuffer input, int start, int length, FuzzRandom random)
    {
        ReadOnlySpan<byte> text = input.Bytes;
        int end = text[(start + length)..].IndexOfAny((byte)',', (byte)'}');
        if (end < 0)
            return;
        byte[] field = text.Slice(start, length + end).ToArray();
        input.Insert(start, random.OneIn(2) ? [.. field, (byte)','] : field);
    }

    /// <summary>Makes a text or number longer by repeating its middle.</summary>
    private static void Stretch(FuzzBuffer input, int start, int length, FuzzRandom random)
    {
        int middle = start + (length / 2);
        byte digit = input.Bytes[middle];
        byte[] more = new byte[1 + random.Small(600)];
        more.AsSpan().Fill(digit);
        input.Insert(middle, more);
    }
}
