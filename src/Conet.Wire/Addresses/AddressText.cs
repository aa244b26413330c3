using System.Text;

namespace Conet.Wire.Addresses;

/// <summary>Text of an address. Source: EIP-55.</summary>
internal static class AddressText
{
    private const int PrefixLength = 2;
    private const int Length = PrefixLength + HexDigits.Digits;

    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        if (text.Length != Length || text[0] != '0' || text[1] != 'x')
            return false;
        ReadOnlySpan<char> digits = text[PrefixLength..];
        Span<byte> bytes = stackalloc byte[Address.Size];
        if (!HexDigits.TryDecode(digits, bytes))
            return false;
        Address parsed = new(bytes);
        bool hasLower = digits.ContainsAnyInRange('a', 'f');
        bool hasUpper = digits.ContainsAnyInRange('A', 'F');
        if (hasLower && hasUpper)
        {
            Span<byte> checksummed = stackalloc byte[HexDigits.Digits];
            WriteChecksummed(parsed, checksummed);
            if (!Ascii.Equals(checksummed, digits))
                return false;
        }

        address = parsed;
        return true;
    }

    public static string FormatChecksummed(in Address address)
    {
        Span<byte> digits = stackalloc byte[HexDigits.Digits];
        WriteChecksummed(address, digits);
        return WithPrefix(digits);
    }

    public static string FormatLower(in Address address)
    {
        Span<byte> digits = stackalloc byte[HexDigits.Digits];
        WriteLower(address, digits);
        return WithPrefix(digits);
    }

    private static void WriteChecksummed(in Address address, Span<byte> digits)
    {
        WriteLower(address, digits);
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(digits, hash);
        HexDigits.RaiseCase(digits, hash);
    }

    private static void WriteLower(in Address address, Span<byte> digits)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        HexDigits.EncodeLower(bytes, digits);
    }

    private static string WithPrefix(ReadOnlySpan<byte> digits)
    {
        Span<char> text = stackalloc char[Length];
        text[0] = '0';
        text[1] = 'x';
        Ascii.ToUtf16(digits, text[PrefixLength..], out _);
        return new string(text);
    }
}
