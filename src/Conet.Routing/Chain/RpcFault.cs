using System.Text;

namespace Conet.Routing.Chain;

/// <summary>
/// A failure of a call to a provider. <see cref="Message"/> is fit for a terminal: one line, bounded, without
/// control characters, whatever the provider sent.
/// </summary>
public sealed class RpcFault
{
    /// <summary>
    /// A failure; <paramref name="message"/> is cleaned and cut to <see cref="ChainLimits.ErrorTextMax"/>.
    /// </summary>
    public RpcFault(RpcErrorKind kind, string message, long code = 0, byte[]? data = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (kind == RpcErrorKind.None) throw new ArgumentException("A fault needs a kind.", nameof(kind));
        Kind = kind;
        Message = Clean(message);
        Code = code;
        Data = data ?? [];
    }

    /// <summary>What sort of failure.</summary>
    public RpcErrorKind Kind { get; }

    /// <summary>One printable line of at most <see cref="ChainLimits.ErrorTextMax"/> characters.</summary>
    public string Message { get; }

    /// <summary>Code of a JSON-RPC error object, or HTTP status; 0 when there is none.</summary>
    public long Code { get; }

    /// <summary>Revert data of a JSON-RPC error object; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Kind, code and message in one line.</summary>
    public override string ToString() => Code == 0 ? $"{Kind}: {Message}" : $"{Kind} ({Code}): {Message}";

    /// <summary>Replaces control, format and lone surrogate characters by '?' and cuts the text.</summary>
    internal static string Clean(string text)
    {
        StringBuilder clean = new(Math.Min(text.Length, ChainLimits.ErrorTextMax));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > ChainLimits.ErrorTextMax) break;
            bool hidden = Rune.IsControl(rune) || rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator
                    or System.Globalization.UnicodeCategory.ParagraphSeparator
                    or System.Globalization.UnicodeCategory.PrivateUse
                    or System.Globalization.UnicodeCategory.OtherNotAssigned;
            clean.Append(hidden ? "?" : rune.ToString());
        }
        return clean.ToString();
    }
}
