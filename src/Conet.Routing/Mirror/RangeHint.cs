using System.Globalization;
using System.Text.RegularExpressions;

namespace Conet.Routing.Mirror;

/// <summary>
/// Reads what a provider's refusal of a log query says about the blocks it would accept. Providers have no
/// common form for it; a text that is not understood gives nothing, and then halving finds the limit.
/// </summary>
internal static class RangeHint
{
    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex _pair = new(
        @"range\W{0,4}\[\s*(0x[0-9a-f]{1,16}|\d{1,18})\s*,\s*(0x[0-9a-f]{1,16}|\d{1,18})\s*\]", Options);

    private static readonly Regex _blocks = new(@"\bblocks?\b|\brange\b", Options);

    private static readonly Regex _limit = new(
        @"(?:max(?:imum)?|limit(?:ed)?|up to|at most|exceeds?|within|than)\D{0,40}?(\d[\d,]{0,9})(k)?\b",
        Options);

    private static readonly Regex _rate = new(
        @"rate|too many requests|\b429\b|credit|quota|capacity|throttl", Options);

    /// <summary>
    /// Blocks that a query may span as the text says: "try with this block range [0x64, 0xc8]", "limited to
    /// a 1000 block range", "max 10k blocks". False if it does not say.
    /// </summary>
    /// <param name="text">At most <see cref="Chain.ChainLimits.ErrorTextMax"/> characters.</param>
    /// <param name="blocks">Blocks, 1 to <see cref="MirrorLimits.RangeBlocksMax"/>.</param>
    public static bool TryRead(string text, out ulong blocks)
    {
        blocks = 0;
        Match pair = _pair.Match(text);
        if (pair.Success
            && TryReadNumber(pair.Groups[1].Value, out ulong from)
            && TryReadNumber(pair.Groups[2].Value, out ulong to)
            && to >= from && to - from < MirrorLimits.RangeBlocksMax)
        {
            blocks = to - from + 1;
            return true;
        }

        if (!_blocks.IsMatch(text))
            return false;
        Match limit = _limit.Match(text);
        return limit.Success && TryReadCount(limit, out blocks);
    }

    /// <summary>True if the refusal is of the caller's rate, not of the query's range.</summary>
    public static bool IsOfRate(string text) => _rate.IsMatch(text) && !_blocks.IsMatch(text);

    private static bool TryReadNumber(string text, out ulong number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out number)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryReadCount(Match limit, out ulong blocks)
    {
        string digits = limit.Groups[1].Value.Replace(",", string.Empty, StringComparison.Ordinal);
        bool isNumber = ulong.TryParse(
            digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong count);
        count *= limit.Groups[2].Value.Length > 0 ? 1_000UL : 1;
        bool isRead = isNumber && count is > 0 and <= MirrorLimits.RangeBlocksMax;
        blocks = isRead ? count : 0;
        return isRead;
    }
}
